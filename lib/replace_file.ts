/**
 * Puts a text into a file, whole or not at all, readable for its owner alone. What was there is replaced:
 * where it was a link, nothing is written to what it leads to.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, text, { createNew: true, mode: 0o600 });
  try {
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft);
    throw error;
  }
}
