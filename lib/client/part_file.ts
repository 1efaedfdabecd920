import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ClientError, EXIT } from "./client_error.ts";

/**
 * Opens the file that a download goes to until it is whole, with what an earlier download has left in it. Never follows a
 * link out of the folder: neither a symbolic one nor a second name of another file.
 *
 * @throws {ClientError} where what is there is no file of its own
 */
export async function openPart(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const notOurs = (what: string) => new ClientError(`${path} is ${what}: remove it first.`, EXIT.refused);
  let file;
  try {
    file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o666);
  } catch (error) {
    if ((error as { code?: string }).code === "ELOOP") throw notOurs("a link");
    throw error;
  }
  const stat = await file.stat();
  if (stat.isFile() && stat.nlink === 1) return file;
  await file.close();
  throw notOurs(stat.isFile() ? "another name of a file" : "no file");
}
