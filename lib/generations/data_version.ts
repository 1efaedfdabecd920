import text from "../../sql/generations/data_version.sql" with { type: "text" };
import type { Sql, Transaction } from "../db.ts";
import type { FileRequest, FileType } from "../files/file_type.ts";
import type { Attempt } from "./attempt_end.ts";

/** Which data a file's own records are of. */
export interface DataVersion {
  /** Grows with every change of one of them; 0 where nothing was ever there. */
  version: number;
  /** When its tables were loaded, or changed otherwise, last; null where they never were. */
  loadedAt: Date | null;
}

/** When each source table that holds data was loaded last. */
export async function lastLoaded(sql: Sql): Promise<Map<string, Date>> {
  const rows = await sql<{ source_table: string; loaded_at: Date }[]>`
    SELECT source_table, loaded_at FROM data_source WHERE loaded_at IS NOT NULL`;
  return new Map(rows.map((row) => [row.source_table, row.loaded_at]));
}

/** Which records are a file's own, as `data_version.sql` takes it. */
export const ownRecords = ({ sources }: FileType, request: FileRequest): string =>
  JSON.stringify({ ...request, tables: sources });

/** `data_version.sql` as a part of another statement, which has the own records as this parameter. */
export const dataVersionText = (parameter: string): string =>
  text.replaceAll("$own", () => `${parameter}::text`);

/** The version of a file's own records, as the transaction's snapshot has them. */
export async function dataVersion(
  sql: Sql | Transaction,
  fileType: FileType,
  request: FileRequest,
): Promise<DataVersion> {
  const [row] = await sql.unsafe<[{ version: string; loaded_at: Date | null }]>(dataVersionText("$1"), [
    ownRecords(fileType, request),
  ]);
  return { version: Number(row.version), loadedAt: row.loaded_at };
}

/**
 * Writes down that an attempt makes its file of newer data than was asked for, so that an equal request of
 * from now on shares it. Where such a generation is there already, both are made.
 */
export async function noteDataVersion(
  sql: Sql,
  { fileGenerationId, attempt }: Attempt,
  version: number,
): Promise<void> {
  try {
    await sql`
      UPDATE file_generation SET data_version = ${version}
      WHERE file_generation_id = ${fileGenerationId} AND attempt = ${attempt} AND state = 'running'`;
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
  }
}

const UNIQUE_VIOLATION = "23505";
