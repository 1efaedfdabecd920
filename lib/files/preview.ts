import type { Sql, Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";
import type { Element } from "./elements.ts";
import {
  type FileRequest,
  type FileType,
  type FirstAccounts,
  type RecordQuery,
  selecting,
} from "./file_type.ts";

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
 * that no more are read than are given; where none does, by that of the accounts it begins with.
 *
 * @throws {ServiceError} `preview_too_slow` where that takes too long
 */
export async function previewFile(sql: Sql, fileType: FileType, request: FileRequest): Promise<Preview> {
  const contents = fileType.contents(request);
  const { elements, header } = contents;
  const over = performance.now() + MOST_SECONDS * 1000;
  try {
    const records = await sql.begin(async (tx) => {
      await tx.unsafe("SET LOCAL jit = off");
      return await (contents.first
        ? ofFirstAccounts(tx, over, elements, contents.first)
        : firstOf(tx, over, elements, contents.query));
    }, { mode: "ISOLATION LEVEL REPEATABLE READ READ ONLY" });
    return { elements, header, records };
  } catch (error) {
    if ((error as { code?: unknown }).code !== CANCELLED_BY_TIMEOUT) throw error;
    throw new ServiceError("preview_too_slow", { seconds: MOST_SECONDS });
  }
}

/** Lets the next statement take what is left of the time. */
async function limit(tx: Transaction, over: number): Promise<void> {
  const left = Math.max(1, Math.ceil(over - performance.now()));
  await tx.unsafe(`SET LOCAL statement_timeout = ${left}`);
}

async function firstOf(
  tx: Transaction,
  over: number,
  elements: readonly Element[],
  query: RecordQuery,
): Promise<Preview["records"]> {
  await limit(tx, over);
  const { text, values } = selecting(elements.map(asWritten).join(", "), query);
  return [...await tx.unsafe(`${text}\nLIMIT ${PREVIEWED_RECORDS}`, values).values()] as Preview["records"];
}

/** Of more and more accounts, until they have records enough, or are all that the file has. */
async function ofFirstAccounts(
  tx: Transaction,
  over: number,
  elements: readonly Element[],
  { places: { text, values }, among }: FirstAccounts,
): Promise<Preview["records"]> {
  for (let most = PREVIEWED_RECORDS;; most *= 10) {
    await limit(tx, over);
    const places = await tx.unsafe(`${text}\nLIMIT ${most}`, values).values() as unknown as [string[]][];
    const accounts = new Set(places.flatMap(([accounts]) => accounts));
    const records = await firstOf(tx, over, elements, among([...accounts]));
    if (records.length === PREVIEWED_RECORDS || places.length < most) return records;
  }
}

/**
 * SQL for a cell, as the encoder writes it; by another name than the column's, which the file is ordered by.
 */
const asWritten = ({ column, writtenAs }: Element, i: number): string =>
  `${
    writtenAs === "YYYYMMDD"
      ? `to_char(${column}, 'YYYYMMDD')`
      : writtenAs === "t/f"
      ? `left(${column}::text, 1)`
      : `${column}::text`
  } AS "cell ${i}"`;
