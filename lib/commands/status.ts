/** `deno task status`: what the tables hold, the last load of each source, and how long the queue is. */
import type { Sql } from "../db.ts";
import { lastLoads, tableOverviews, unknownAgencies } from "../load/overview.ts";
import { readOptions, runMain } from "../run_main.ts";
import { printable } from "../terminal/printable.ts";
import { textTable } from "../terminal/table.ts";
import { withDatabase } from "./command_database.ts";

const count = (rows: number) => rows.toLocaleString("en-US");
const minute = (time: Date | null) =>
  time ? `${time.toISOString().slice(0, 16).replace("T", " ")} UTC` : "never";

const USAGE = `Usage: deno task status

Shows what the tables hold, the last load of each source, and how long the queue is. Without DATABASE_URL it takes the
embedded database that "deno task start" runs in this folder.

Exit codes: 0 shown; 2 wrong usage or settings; 3 the database cannot be used.`;

async function tableLines(sql: Sql): Promise<string> {
  const rows = (await tableOverviews(sql)).map((table) => [
    table.sourceTable,
    count(table.aboutRows),
    table.version === null ? "" : String(table.version),
    table.newestActionDate ?? "",
    table.isSample ? `${minute(table.loadedAt)} (sample)` : minute(table.loadedAt),
  ]);
  return textTable([["Table", "Rows (about)", "Version", "Newest action", "Loaded"], ...rows], [1, 2]);
}

async function loadLines(sql: Sql): Promise<string> {
  const rows = (await lastLoads(sql)).map((load) => [
    load.source,
    minute(load.loadedAt),
    count(load.rowsRead),
    count(load.rowsRejected),
    load.loadedBy,
    load.fileName,
  ]);
  if (rows.length === 0) return "Nothing was loaded yet.";
  return textTable([["Source", "Last load", "Rows read", "Rejected", "By", "File"], ...rows], [2, 3]);
}

/** What no file has, because no agency has its code; nothing where there is none. */
async function unknownAgencyLines(sql: Sql): Promise<string[]> {
  const unknown = await unknownAgencies(sql);
  if (unknown.length === 0) return [];
  const shown = unknown.slice(0, 20).map(({ sourceTable, column, code, rows }) => [
    JSON.stringify(code.slice(0, 60)),
    count(rows),
    `${sourceTable}.${column}`,
  ]);
  const more = unknown.length > 20 ? `\n… and ${count(unknown.length - 20)} more` : "";
  return [
    `Agency codes that no list has, so that their rows are in no file:\n${
      textTable([["Code", "Rows", "In"], ...shown], [1])
    }${more}`,
  ];
}

async function queueLine(sql: Sql): Promise<string> {
  const [queue] = await sql`
    SELECT count(*) FILTER (WHERE state = 'queued')::int AS waiting,
      count(*) FILTER (WHERE state = 'running')::int AS running,
      extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE state = 'queued'))::int AS seconds
    FROM file_generation WHERE state IN ('queued', 'running')`;
  const { waiting, running, seconds } = queue!;
  const oldest = waiting > 0 ? `; the oldest has waited for ${Math.max(0, seconds)} s` : "";
  return `Files to make: ${count(waiting)} waiting, ${count(running)} being made${oldest}.`;
}

await runMain(USAGE, async (args) => {
  readOptions("status", args, {});
  const parts = await withDatabase(
    { name: "status" },
    async (sql) => [
      await tableLines(sql),
      await loadLines(sql),
      ...await unknownAgencyLines(sql),
      await queueLine(sql),
    ],
  );
  // deno-lint-ignore no-console -- a command's output goes to standard output
  console.log(printable(parts.join("\n\n")));
});
