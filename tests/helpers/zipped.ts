import {
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipWriter,
  type ZipWriterConstructorOptions,
} from "@zip.js/zip.js";

/** A `.zip` of these files, by their names. */
export async function zipped(
  entries: Record<string, string>,
  options: ZipWriterConstructorOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), options);
  for (const [name, content] of Object.entries(entries)) {
    await writer.add(name, new Uint8ArrayReader(new TextEncoder().encode(content)));
  }
  return await writer.close() as Uint8Array<ArrayBuffer>;
}
