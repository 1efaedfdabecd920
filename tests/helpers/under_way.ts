import { until } from "./until.ts";

/** Waits until a worker has stored some bytes of the file that it writes into a folder, and has not finished it. */
export async function fileUnderWay(storageDir: string): Promise<void> {
  await until("a file is under way", async () => {
    for await (const path of partsBelow(storageDir)) {
      const { size } = await Deno.stat(path);
      if (size > 0) return true;
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
