import exactText from "../../sql/coverage/exact_rows.sql" with { type: "text" };
import secondsText from "../../sql/coverage/expected_seconds.sql" with { type: "text" };
import meanText from "../../sql/coverage/mean_record.sql" with { type: "text" };
import type { Sql } from "../db.ts";
import { estimateRows } from "../files/estimate.ts";
import type { FileRequest, FileType } from "../files/file_type.ts";

/** What making a file comes to. */
export interface Expected {
  /** Bytes of the file as it would be stored; null where nothing tells. */
  sizeEstimated: number | null;
  /** How long it takes to be written; null where no file of its type tells. */
  secondsEstimated: number | null;
}

/** What is known of a file before it is made. */
export interface Estimate extends Expected {
  /** Records, as the planner expects; null where the file type has no estimate beforehand. */
  rowsEstimated: number | null;
  /** Records, as they are counted when they are loaded; null where they are not. */
  rowsExact: number | null;
}

/** What is known of a file before it is made; nothing is stored, and no record looked at. */
export async function estimateFile(sql: Sql, fileType: FileType, request: FileRequest): Promise<Estimate> {
  const query = fileType.estimate?.(request);
  const [rowsEstimated, rowsExact] = await Promise.all([
    query ? estimateRows(sql, query) : null,
    exactRows(sql, fileType, request),
  ]);
  return { rowsEstimated, rowsExact, ...await expectedOf(sql, fileType, request, rowsExact) };
}

/**
 * What making a file comes to, by those that have been made.
 *
 * @param records how many it has, exactly; null where that is not known
 */
export async function expectedOf(
  sql: Sql,
  fileType: FileType,
  request: FileRequest,
  records: number | null,
): Promise<Expected> {
  const [sizeEstimated, secondsEstimated] = await Promise.all([
    records === null ? null : sizeOf(sql, fileType, request, records),
    secondsOf(sql, fileType, records),
  ]);
  return { sizeEstimated, secondsEstimated };
}

/** By the newest files of its type: so much a record where there were big ones, else as long as most took. */
async function secondsOf(sql: Sql, { code }: FileType, records: number | null): Promise<number | null> {
  const [row] = await sql.unsafe<{ typical: number | null; a_record: number | null }[]>(secondsText, [code]);
  const { typical, a_record: each } = row!;
  if (typical === null || records === null || each === null) return typical;
  return Math.max(Math.min(typical, 1), records * each);
}

async function exactRows(sql: Sql, { coverage }: FileType, request: FileRequest): Promise<number | null> {
  if (coverage?.countedBy !== "day") return null;
  const values = [coverage.source, JSON.stringify(request)];
  const [row] = await sql.unsafe<{ records: string }[]>(exactText, values, { prepare: true });
  return Number(row!.records);
}

/** By the mean record of the agency's earlier files of this type; where it has none, by that of the table. */
async function sizeOf(
  sql: Sql,
  fileType: FileType,
  request: FileRequest,
  records: number,
): Promise<number | null> {
  const { compression = "none", agency_code: agency } = request;
  const header = compression === "none" ? headerBytes(fileType, request) : 0;
  const values = [fileType.code, agency, compression, fileType.coverage!.source, header];
  const [row] = await sql.unsafe<{ of_files: number | null; of_table: number | null }[]>(meanText, values);
  // How far the table's records can be compressed, nothing tells before the first file.
  const mean = row!.of_files ?? (compression === "none" ? row!.of_table : null);
  if (records === 0 && compression === "none") return header;
  return mean === null ? null : Math.round(header + records * mean);
}

function headerBytes(fileType: FileType, request: FileRequest): number {
  const { header, delimiter } = fileType.contents(request);
  return new TextEncoder().encode(header.join(delimiter)).length + 1;
}
