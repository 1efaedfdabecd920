import type { Session } from "../db.ts";
import { LoadError } from "./load_error.ts";

/** A column of a source table, as the database has it. */
export interface TableColumn {
  name: string;
  /** As `format_type` names it. */
  type: string;
  /** Whether it must be given: NOT NULL, and nothing to fill it in. */
  required: boolean;
  notNull: boolean;
}

/** A source table, as the database has it. */
export interface TableShape {
  name: string;
  columns: TableColumn[];
  /** The one column of its primary key. */
  key: string;
}

/** Reads the columns and the key of a table. @throws {LoadError} where the database does not have it */
export async function describeTable(session: Session, table: string): Promise<TableShape> {
  const { rows } = await session.query<TableColumn & { key: boolean }>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
       a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS required, coalesce(a.attnum = ANY (i.indkey), false) AS key
     FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum`,
    [table],
  );
  if (rows.length === 0) {
    throw new LoadError(
      "conflict",
      `The database has no table ${table}: bring it up to date with "deno task migrate".`,
    );
  }
  const keys = rows.filter((row) => row.key);
  if (keys.length !== 1) throw new Error(`The table ${table} does not have a primary key of one column.`);
  return { name: table, columns: rows, key: keys[0]!.name };
}

/** The tables that loads feed. */
export const SOURCE_TABLES = [
  "cgac",
  "detached_award_procurement",
  "frec",
  "gtas_boc",
  "published_fabs",
  "published_object_class_program_activity",
  "sf_133",
  "submission",
  "submission_window_schedule",
  "tas_failed_edits",
  "tas_lookup",
] as const;

/** The name of a table that loads feed. */
export type SourceTable = typeof SOURCE_TABLES[number];

/** The names of the columns of the source tables that the database has. */
export type SourceColumns = ReadonlyMap<SourceTable, ReadonlySet<string>>;

/** Reads the names of the columns of all source tables. */
export async function columnsOfSources(session: Session): Promise<SourceColumns> {
  const { rows } = await session.query<{ name: SourceTable; columns: string[] }>(
    `SELECT name, array_agg(attname::text) AS columns
     FROM unnest($1::text[]) name JOIN pg_attribute ON attrelid = to_regclass(name)
     WHERE attnum > 0 AND NOT attisdropped GROUP BY name`,
    [SOURCE_TABLES],
  );
  const found = new Map(rows.map(({ name, columns }) => [name, new Set(columns)]));
  return new Map(SOURCE_TABLES.map((table) => [table, found.get(table) ?? new Set()]));
}

/** An identifier as SQL writes it. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Identifiers as SQL lists them, each after the same prefix, such as `s.`. */
export const identifiers = (names: readonly string[], prefix = ""): string =>
  names.map((name) => prefix + identifier(name)).join(", ");
