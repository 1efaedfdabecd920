import type { Sql } from "../db.ts";
import { ServiceError } from "../errors.ts";
import type { Element } from "./elements.ts";
import { type FileRequest, type FileType, selecting } from "./file_type.ts";

/** The most records of a file that are looked at beforehand. */
export const PREVIEWED_RECORDS = 20;

/** Files whose records are worked out as a whole may take longer than is right for a look at them. */
const MOST_SECONDS = 2;
const CANCELLED_BY_TIMEOUT = "57014";

/** The first records of a file, as they would be written. */
export interface Preview {
  elements: readonly Element[];
  /** One cell an element. */
  header: string[];
  /** As the file has them, before they are separated and quoted; null where the file has nothing. */
  records: (string | null)[][];
}

/**
 * The first records of a file, before it is made: by the file's own query, which an index gives in order, so
 * that no more are read than are given. Those of A and BOC have to be worked out as a whole.
 *
 * @throws {ServiceError} `preview_too_slow` where that takes too long
 */
export async function previewFile(sql: Sql, fileType: FileType, request: FileRequest): Promise<Preview> {
  const { elements, header, query } = fileType.contents(request);
  const { text, values } = selecting(elements.map(asWritten).join(", "), query);
  try {
    const records = await sql.begin(async (tx) => {
      await tx.unsafe(`SET LOCAL statement_timeout = '${MOST_SECONDS}s'; SET LOCAL jit = off`);
      return await tx.unsafe(`${text}\nLIMIT ${PREVIEWED_RECORDS}`, values).values();
    }, { mode: "READ ONLY" });
    return { elements, header, records: [...records] as Preview["records"] };
  } catch (error) {
    if ((error as { code?: unknown }).code !== CANCELLED_BY_TIMEOUT) throw error;
    throw new ServiceError("preview_too_slow", { seconds: MOST_SECONDS });
  }
}

/** SQL for a cell, as the encoder writes it; by another name than the column's, which the file is ordered by. */
const asWritten = ({ column, writtenAs }: Element, i: number): string =>
  `${
    writtenAs === "YYYYMMDD"
      ? `to_char(${column}, 'YYYYMMDD')`
      : writtenAs === "t/f"
      ? `left(${column}::text, 1)`
      : `${column}::text`
  } AS "cell ${i}"`;
