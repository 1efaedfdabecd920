import type { FileContents } from "../files/file_type.ts";
import { RecordEncoder } from "../files/record_encoder/record_encoder.ts";

/** The header of a file as it stands in it, without its line end. */
export function headerLine({ delimiter, header }: Pick<FileContents, "delimiter" | "header">): Uint8Array {
  const encoder = new RecordEncoder(delimiter, header.map(() => ({ writtenAs: "text" })), 1 << 14);
  encoder.addHeader(header);
  return encoder.take().slice(0, -1);
}
