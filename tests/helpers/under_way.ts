import { filesBelow, sizeOf } from "./stored_files.ts";
import { until } from "./until.ts";

/**
 * Waits until a worker has stored some bytes of the file that it writes into a folder, and has not finished
 * it.
 */
export async function fileUnderWay(storageDir: string): Promise<void> {
  await until("a file is under way", async () => {
    for (const path of await filesBelow(storageDir)) {
      if (path.endsWith(".part") && await sizeOf(`${storageDir}/${path}`) > 0) return true;
    }
    return false;
  });
}
