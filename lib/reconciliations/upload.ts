import { createHash } from "node:crypto";
import { ServiceError } from "../errors.ts";
import type { FileRequest } from "../files/file_type.ts";
import type { FileStore } from "../storage/store.ts";

/**
 * Reads an upload from its beginning to its end, a stretch at a time, with flat memory; at its end it is
 * compared with what was sent.
 *
 * @param signal breaks the reading off, which then throws its reason
 * @throws {ServiceError} `upload_gone` where it is no longer kept, or is another one; `storage_unavailable`
 */
export async function* openUpload(
  store: Pick<FileStore, "read">,
  { upload }: Pick<FileRequest, "upload">,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stored = upload && await store.read(upload.key, signal);
  if (!stored) throw new ServiceError("upload_gone");
  const hash = createHash("sha256");
  for await (const bytes of stored) {
    hash.update(bytes);
    yield bytes;
  }
  if (hash.digest("hex") !== upload.sha256) throw new ServiceError("upload_gone");
}
