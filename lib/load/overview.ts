import overviewQuery from "../../sql/load/overview.sql" with { type: "text" };
import unknownAgenciesQuery from "../../sql/load/unknown_agencies.sql" with { type: "text" };
import type { Sql } from "../db.ts";
import { SOURCE_TABLES, type SourceTable } from "./table_columns.ts";

/** What a source table holds. */
export interface TableOverview {
  sourceTable: SourceTable;
  /** Postgres's estimate. */
  aboutRows: number;
  /** `null` where nothing was ever loaded. */
  version: number | null;
  loadedAt: Date | null;
  isSample: boolean;
  /** `YYYY-MM-DD`; `null` for tables without one. */
  newestActionDate: string | null;
}

/** The last load of a source. */
export interface LastLoad {
  source: string;
  fileName: string;
  rowsRead: number;
  rowsRejected: number;
  loadedBy: string;
  loadedAt: Date;
}

/** What every source table holds, in a few milliseconds however many rows there are. */
export async function tableOverviews(sql: Sql): Promise<TableOverview[]> {
  const rows = await sql.unsafe(overviewQuery, [SOURCE_TABLES.join(",")]);
  return rows.map((row) => ({
    sourceTable: row.source_table,
    aboutRows: Number(row.about_rows),
    version: row.version === null ? null : Number(row.version),
    loadedAt: row.loaded_at,
    isSample: row.is_sample ?? false,
    newestActionDate: row.newest_action_date,
  }));
}

/** The last load of each source that was ever loaded, by name. */
export async function lastLoads(sql: Sql): Promise<LastLoad[]> {
  const rows = await sql`
    SELECT DISTINCT ON (source) source, file_name, rows_read, rows_rejected, loaded_by, loaded_at
    FROM data_load ORDER BY source, loaded_at DESC, data_load_id DESC`;
  return rows.map((row) => ({
    source: row.source,
    fileName: row.file_name,
    rowsRead: Number(row.rows_read),
    rowsRejected: Number(row.rows_rejected),
    loadedBy: row.loaded_by,
    loadedAt: row.loaded_at,
  }));
}

/** Rows of awards whose agency code no list has: they are in no file by it. */
export interface UnknownAgency {
  sourceTable: SourceTable;
  column: string;
  code: string;
  rows: number;
}

/** The agency codes of awards that no list has. */
export async function unknownAgencies(sql: Sql): Promise<UnknownAgency[]> {
  const rows = await sql.unsafe(unknownAgenciesQuery);
  return rows.map((row) => ({
    sourceTable: row.source_table,
    column: row.source_column,
    code: row.code,
    rows: row.rows,
  }));
}
