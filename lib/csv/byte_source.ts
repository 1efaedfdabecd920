/** Where bytes come from: fills the start of `into`, and gives the number of bytes, or `null` at the end. */
export interface ByteSource {
  read(into: Uint8Array): Promise<number | null>;
}

/**
 * Bytes that come in chunks of any size, one at a time.
 *
 * @param next the next chunk, which may be empty, or `null` at the end
 */
export function ofChunks(next: () => Promise<Uint8Array | null>): ByteSource {
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async read(into) {
      while (rest.length === 0) {
        const chunk = await next();
        if (chunk === null) return null;
        rest = chunk;
      }
      const part = rest.subarray(0, into.length);
      into.set(part);
      rest = rest.subarray(part.length);
      return part.length;
    },
  };
}

/** The chunks of a byte source, each an array of its own. */
export async function* chunksOf(source: ByteSource, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (;;) {
    const chunk = new Uint8Array(size);
    const count = await source.read(chunk);
    if (count === null) return;
    yield chunk.subarray(0, count);
  }
}
