/**
 * Every file below a folder in which others are at work, by its path in it, sorted. What vanishes while it is
 * looked for is not there: a storage's folders go with their last file.
 */
export async function filesBelow(folder: string): Promise<string[]> {
  return (await found(folder, "")).sort();
}

async function found(folder: string, prefix: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) files.push(...await found(`${folder}/${name}`, `${prefix}${name}/`));
      else files.push(prefix + name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}

/** How many bytes a file has; nothing where it is not there, or no longer. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return 0;
  }
}
