/** Every process may read it, and it costs nothing but a descriptor. */
const PROBE = "/dev/null";

/**
 * How many more files and connections this process may have open, as `ulimit -n` sets it, counted up to
 * `most`. Found by opening so many for a moment: neither Deno nor Node tells the limit to a process that does
 * not have every permission.
 *
 * @returns undefined where the process may not read `/dev/null`, and so cannot tell
 */
export function openFilesLeft(most: number): number | undefined {
  const files: Deno.FsFile[] = [];
  try {
    while (files.length < most) files.push(Deno.openSync(PROBE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return undefined;
    if (!isOutOfFiles(error)) throw error;
  } finally {
    for (const file of files) file.close();
  }
  return files.length;
}

/** Whether an error says that this process, or the machine, has no file descriptor left. */
export const isOutOfFiles = (error: unknown): boolean =>
  ["EMFILE", "ENFILE"].includes((error as { code?: string } | null)?.code ?? "");
