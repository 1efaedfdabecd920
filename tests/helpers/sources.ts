import contractsMapping from "../../lib/sources/archive/usaspending_contracts.tsv" with { type: "text" };
import assistanceMapping from "../../lib/sources/archive/usaspending_assistance.tsv" with { type: "text" };
import { LoadError } from "../../lib/load/load_error.ts";
import type { FileOutcome } from "../../lib/load/data_load.ts";
import { loadFiles, type LoadOptions } from "../../lib/load/load_files.ts";
import { findSource, sources } from "../../lib/sources/registry.ts";
import { readTsv } from "../../lib/tsv.ts";
import type { TestDatabase } from "./database.ts";
import { inputPath } from "./inputs.ts";

const HEADERS = {
  contracts: columnsOf(contractsMapping),
  assistance: columnsOf(assistanceMapping),
};

function columnsOf(mapping: string): string[] {
  return readTsv(mapping).map((column) => column.csv_column!);
}

/** A CSV of the archive: all its columns, each record with the cells that are given and the others blank. */
export function archiveCsv(
  kind: keyof typeof HEADERS,
  records: Record<string, string>[],
  moreColumns: string[] = [],
): string {
  const header = [...moreColumns, ...HEADERS[kind]];
  const lines = records.map((record) => header.map((column) => csvCell(record[column] ?? "")).join(","));
  return [header.join(","), ...lines, ""].join("\n");
}

const csvCell = (value: string) => /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** A file in a folder that is removed with the test. */
export async function temporaryFile(
  content: string | Uint8Array,
  name = "file.csv",
): Promise<{ path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/${name}`;
  await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** A load of one of the product's sources, by its name. */
export type TestLoad = Omit<LoadOptions, "source" | "sources"> & { source: string };

/** Loads files as the command does. */
export const load = ({ source, ...options }: TestLoad): Promise<FileOutcome[]> =>
  loadFiles({ ...options, source: findSource(source), sources });

/** Loads one file of this content; gives what became of it. */
export async function loadText(
  database: TestDatabase,
  source: string,
  content: string | Uint8Array,
  options: Partial<TestLoad> & { name?: string } = {},
): Promise<FileOutcome> {
  await using file = await temporaryFile(content, options.name ?? "file.csv");
  const [outcome] = await load({ databaseUrl: database.url, source, files: [file.path], ...options });
  return outcome!;
}

/** The message that a load is refused with. */
export async function refusal(load: Promise<unknown>): Promise<string> {
  try {
    await load;
  } catch (error) {
    if (error instanceof LoadError) return error.message;
    throw error;
  }
  throw new Error("The load was not refused.");
}

/** The rows of a query as plain objects. */
export async function rowsOf(database: TestDatabase, query: string): Promise<Record<string, unknown>[]> {
  return [...await database.sql.unsafe(query)].map((row) => ({ ...row }));
}

/** Loads one of the real input files. */
export async function loadInput(database: TestDatabase, source: string, name: string): Promise<FileOutcome> {
  return await loadText(database, source, await Deno.readFile(inputPath(`data/${name}`)), { name });
}
