/**
 * The project's own files, as they are in this checkout: for tests that hold documents and code to each
 * other.
 */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that the project is in. */
export const PROJECT: string = fileURLToPath(new URL("../../", import.meta.url));

/** What a checkout's own folder has that isn't the project's. */
const NOT_OURS = new Set([".git", ".data", "node_modules", "coverage"]);

/** The paths of all files, from the project's folder on, with `/` between folders. */
export async function projectFiles(): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (folder === PROJECT && NOT_OURS.has(name)) continue;
      if (isDirectory) await walk(join(folder, name));
      else found.push(relative(PROJECT, join(folder, name)));
    }
  };
  await walk(PROJECT);
  return found.sort();
}

/** The text of a file of the project. */
export const projectText = (path: string): Promise<string> => Deno.readTextFile(join(PROJECT, path));
