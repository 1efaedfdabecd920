import { Readable, type Transform } from "node:stream";
import { createGunzip, createInflateRaw, inflateRawSync } from "node:zlib";
import { type ByteSource, chunksOf, ofChunks } from "../../csv/byte_source.ts";
import { LoadError } from "../load_error.ts";

/** Bytes that are unpacked while they are read, and no sooner. Disposing of them ends that early. */
export type UnpackedBytes = ByteSource & AsyncDisposable;

// How much is unpacked at a time: a few packed bytes may stand for any number of others.
const CHUNK = 256 * 1024;

/**
 * The bytes of a `.gz`, of one gzip member or several.
 *
 * @param name what it is called in messages
 */
export const gunzipped = (name: string, packed: ByteSource): UnpackedBytes =>
  // Node's, because the web's `DecompressionStream` refuses files of several gzip members.
  unpacked(
    packed,
    createGunzip({ chunkSize: CHUNK }),
    (reason) => `${name} cannot be unpacked (${reason}). It is damaged or truncated: download it again.`,
  );

/**
 * The bytes of a deflated stream without a header, as a `.zip` has them; `damaged` is the sentence for a
 * fault.
 */
export const inflated = (packed: ByteSource, damaged: (reason: string) => string): UnpackedBytes =>
  unpacked(packed, createInflateRaw({ chunkSize: CHUNK }), damaged);

/**
 * The same of a few bytes, which are unpacked as soon as they are read.
 *
 * @param sizes how many they are, and how many they stand for
 */
export function inflatedAtOnce(
  packed: ByteSource,
  { compressedSize, uncompressedSize }: { compressedSize: number; uncompressedSize: number },
  damaged: (reason: string) => string,
): ByteSource {
  let isRead = false;
  return ofChunks(async () => {
    if (isRead) return null;
    isRead = true;
    const bytes = new Uint8Array(compressedSize);
    for (let filled = 0; filled < compressedSize;) filled += (await packed.read(bytes.subarray(filled))) ?? 0;
    try {
      // 64 bytes are the least that it takes as the size of a chunk.
      const chunkSize = Math.max(uncompressedSize, 64);
      return inflateRawSync(bytes, { maxOutputLength: chunkSize, chunkSize });
    } catch (cause) {
      throw new LoadError("unreadable_file", damaged((cause as Error).message), { cause });
    }
  });
}

function unpacked(packed: ByteSource, unpack: Transform, damaged: (reason: string) => string): UnpackedBytes {
  const source = Readable.from(chunksOf(packed), { objectMode: false });
  source.on("error", (error) => unpack.destroy(error));
  source.pipe(unpack);
  const chunks = unpack[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const bytes = ofChunks(async () => {
    try {
      const { done, value } = await chunks.next();
      return done ? null : value;
    } catch (cause) {
      if (cause instanceof LoadError) throw cause;
      throw new LoadError("unreadable_file", damaged((cause as Error).message), { cause });
    }
  });
  return {
    read: bytes.read,
    [Symbol.asyncDispose]() {
      source.destroy();
      unpack.destroy();
      return Promise.resolve();
    },
  };
}
