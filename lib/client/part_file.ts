import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { ClientError, EXIT } from "./client_error.ts";

/**
 * Opens the file that a download goes to until it is whole, with what an earlier download has left in it.
 * Never follows a link out of the folder: neither a symbolic one nor a second name of another file.
 *
 * @throws {ClientError} where what is there is no file of its own
 */
export async function openPart(path: string): Promise<FileHandle> {
  const notOurs = (what: string) => new ClientError(`${path} is ${what}: remove it first.`, EXIT.refused);
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  const there = await lstat(path).catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  // O_EXCL follows no link. O_NOFOLLOW would do for the other case, but for Deno, which follows links to look
  // at permissions.
  if (!there) return await open(path, O_RDWR | O_CREAT | O_EXCL);
  if (there.isSymbolicLink()) throw notOurs("a link");
  if (!there.isFile()) throw notOurs("no file");
  if (there.nlink > 1) throw notOurs("another name of a file");
  const file = await open(path, O_RDWR);
  const { dev, ino } = await file.stat();
  if (dev === there.dev && ino === there.ino) return file;
  await file.close();
  throw notOurs("a link");
}
