/** `deno task status`: what the tables hold, the last load of each source, and how long the queue is. */
import { readConfig, runMain } from "../config.ts";
import { connect, isConnectionLoss, type Sql } from "../db.ts";
import { lastLoads, tableOverviews } from "../load/overview.ts";

const count = (rows: number) => rows.toLocaleString("en-US");
const minute = (time: Date | null) =>
  time ? `${time.toISOString().slice(0, 16).replace("T", " ")} UTC` : "never";

/** A table in columns as wide as they must be; those of `right` are aligned to the right. */
function columned(rows: string[][], right: number[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) =>
      right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
    ).join("  ").trimEnd()
  );
}

async function tableLines(sql: Sql): Promise<string[]> {
  const rows = (await tableOverviews(sql)).map((table) => [
    table.sourceTable,
    count(table.aboutRows),
    table.version === null ? "" : String(table.version),
    table.newestActionDate ?? "",
    table.isSample ? `${minute(table.loadedAt)} (sample)` : minute(table.loadedAt),
  ]);
  return columned([["Table", "Rows (about)", "Version", "Newest action", "Loaded"], ...rows], [1, 2]);
}

async function loadLines(sql: Sql): Promise<string[]> {
  const rows = (await lastLoads(sql)).map((load) => [
    load.source,
    minute(load.loadedAt),
    count(load.rowsRead),
    count(load.rowsRejected),
    load.loadedBy,
    load.fileName,
  ]);
  if (rows.length === 0) return ["Nothing was loaded yet."];
  return columned([["Source", "Last load", "Rows read", "Rejected", "By", "File"], ...rows], [2, 3]);
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

await runMain(async () => {
  const config = readConfig("command");
  const sql = connect(config.DATABASE_URL, { max: 1, name: "status" });
  try {
    const lines = [...await tableLines(sql), "", ...await loadLines(sql), "", await queueLine(sql)];
    // deno-lint-ignore no-console -- a command's answer goes to standard output
    console.log(lines.join("\n"));
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    // deno-lint-ignore no-console -- a command's complaint goes to standard error
    console.error(`The database cannot be reached: ${(error as Error).message}.`);
    Deno.exitCode = 3;
  } finally {
    await sql.end({ timeout: 1 });
  }
});
