/** `deno task status`: what the tables hold, the last load of each source, and how long the queue is. */
import type { Sql } from "../db.ts";
import { lastLoads, tableOverviews, unknownAgencies } from "../load/overview.ts";
import { type WrongCount, wrongCounts } from "../load/verify_counts.ts";
import { readOptions, runMain } from "../run_main.ts";
import { printable } from "../terminal/printable.ts";
import { textTable } from "../terminal/table.ts";
import { withDatabase } from "./command_database.ts";

const count = (rows: number) => rows.toLocaleString("en-US");
const minute = (time: Date | null) =>
  time ? `${time.toISOString().slice(0, 16).replace("T", " ")} UTC` : "never";

const USAGE = `Usage: deno task status [--verify]

Shows what the tables hold, the last load of each source, and how long the queue is. Without DATABASE_URL it takes the
embedded database that "deno task start" runs in this folder.

  --verify   also counts all records anew, and says where the counts by agency and day, or period, are others; that reads
             every table once

Exit codes: 0 shown, and every count is right; 1 some counts are wrong; 2 wrong usage or settings; 3 the database cannot be used.`;

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

/** Where the counts of records are wrong, and how that is mended. */
function wrongCountLines(wrong: readonly WrongCount[]): string {
  if (wrong.length === 0) return "The records were counted anew: every count is right.";
  const shown = wrong.slice(0, 100).map((row) => [
    row.sourceTable,
    row.whose,
    row.when,
    count(row.counted),
    count(row.found),
  ]);
  const more = wrong.length > 100 ? `\n… and ${count(wrong.length - 100)} more` : "";
  return `The records were counted anew, and ${
    wrong.length === 1 ? "a count is" : `${count(wrong.length)} counts are`
  } wrong:\n${textTable([["Table", "Whose", "When", "Counted", "Found"], ...shown], [3, 4])}${more}\n` +
    `Somebody changed rows while triggers were switched off. As the tables' owner, for each of these tables: ` +
    `SELECT count_source_records('TABLE', true). Files that were made of it are made anew when they are asked for.`;
}

await runMain(USAGE, async (args) => {
  const { values: { verify = false } } = readOptions("status", args, { verify: { type: "boolean" } });
  const { parts, wrong } = await withDatabase({ name: "status" }, async (sql) => {
    const wrong = verify ? await wrongCounts(sql) : [];
    const parts = [
      await tableLines(sql),
      await loadLines(sql),
      ...await unknownAgencyLines(sql),
      await queueLine(sql),
      ...verify ? [wrongCountLines(wrong)] : [],
    ];
    return { parts, wrong };
  });
  // deno-lint-ignore no-console -- a command's output goes to standard output
  console.log(printable(parts.join("\n\n")));
  return wrong.length === 0 ? 0 : 1;
});
