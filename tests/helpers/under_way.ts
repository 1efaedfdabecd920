import { until } from "./until.ts";

/**
 * Waits until a worker has stored some bytes of the file that it writes into a folder, and has not finished
 * it.
 */
export async function fileUnderWay(storageDir: string): Promise<void> {
  await until("a file is under way", async () => {
    for await (const path of partsBelow(storageDir)) {
      try {
        if ((await Deno.stat(path)).size > 0) return true;
      } catch (error) {
        // It was finished, or given up, just now.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return false;
  });
}

async function* partsBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* partsBelow(`${folder}/${name}`);
    else if (name.endsWith(".part")) yield `${folder}/${name}`;
  }
}
