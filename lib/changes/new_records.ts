import { ofChunks } from "../csv/byte_source.ts";
import { CsvReader } from "../csv/reader.ts";
import type { RowMessages } from "../files/cursor.ts";
import type { FileContents } from "../files/file_type.ts";
import { RecordEncoder } from "../files/record_encoder/record_encoder.ts";

/**
 * The records that the database has, as they would stand in a file.
 *
 * @param batches as the cursor gives them
 * @returns stands before the first record
 */
export async function newRecords(
  { delimiter, elements }: Pick<FileContents, "delimiter" | "elements">,
  batches: AsyncIterator<RowMessages[]>,
): Promise<CsvReader> {
  const encoder = new RecordEncoder(delimiter, elements);
  // At its beginning a file is looked at more closely, so no record may stand there.
  encoder.addHeader(elements.map(({ header }) => header));
  const reader = new CsvReader(ofChunks(async () => {
    const { done, value } = await batches.next();
    if (done) return null;
    for (const messages of value) encoder.addRecords(messages);
    return encoder.take();
  }));
  reader.delimiters = [delimiter];
  await reader.next("one");
  return reader;
}
