import { counted } from "../counted.ts";
import type { Sql } from "../db.ts";
import { tableOverviews, unknownAgencies } from "../load/overview.ts";
import type { SourceTable } from "../load/table_columns.ts";
import { asFarAsAllowed, duration, type Finding, note, well, wrong } from "./finding.ts";

/** As the alert DataIsStale has it, for the tables that are loaded monthly. */
const STALE_SECONDS = 40 * 86_400;
const MONTHLY: SourceTable[] = ["detached_award_procurement", "published_fabs"];

/** What cannot be asked for without a table. */
const NEEDED_FOR: Record<SourceTable, string> = {
  cgac: "any request",
  frec: "requests by a FREC",
  detached_award_procurement: "D1",
  published_fabs: "D2",
  sf_133: "A",
  tas_lookup: "A and BOC",
  tas_failed_edits: "A's GTAS status",
  gtas_boc: "BOC",
  published_object_class_program_activity: "BOC",
  submission: "BOC",
  submission_window_schedule: "A",
};

/** Looks at what is loaded: what never was, what is old, and what no file has. */
export async function lookAtData(sql: Sql): Promise<Finding[]> {
  return [
    ...await asFarAsAllowed("the source tables", () => lookAtTables(sql)),
    ...await asFarAsAllowed("agency codes", () => lookAtCodes(sql)),
  ];
}

async function lookAtTables(sql: Sql): Promise<Finding[]> {
  const tables = await tableOverviews(sql);
  const findings: Finding[] = [];
  const empty = tables.filter(({ version, aboutRows }) => version === null && aboutRows === 0);
  const names = new Set(empty.map(({ sourceTable }) => sourceTable));
  if (names.has("cgac")) {
    findings.push(wrong(
      "No list of agencies is loaded: every request is refused.",
      "Load the agencies first (docs/loading.md).",
    ));
  }
  const others = empty.filter(({ sourceTable }) => sourceTable !== "cgac");
  if (others.length > 0) {
    findings.push(note(
      `Nothing was ever loaded into ${
        others.map(({ sourceTable }) => `${sourceTable} (needed for ${NEEDED_FOR[sourceTable]})`).join(", ")
      }.`,
      "Load them, unless nobody asks for that (docs/loading.md).",
    ));
  }
  for (const { sourceTable, loadedAt, isSample, newestActionDate } of tables) {
    if (!loadedAt) continue;
    if (isSample) {
      findings.push(
        note(`${sourceTable} holds the demo's sample data.`, "Load real data into a database of its own."),
      );
    }
    const seconds = (Date.now() - loadedAt.getTime()) / 1000;
    if (MONTHLY.includes(sourceTable) && seconds > STALE_SECONDS) {
      findings.push(wrong(
        `${sourceTable} was last loaded ${duration(seconds)} ago; its newest action is of ${
          newestActionDate ?? "no day"
        }.`,
        "Load the month's archive (docs/loading.md).",
      ));
    }
  }
  if (findings.length === 0) findings.push(well("Every source table was loaded, awards within 40 days."));
  return findings;
}

async function lookAtCodes(sql: Sql): Promise<Finding[]> {
  const unknown = await unknownAgencies(sql);
  if (unknown.length === 0) return [well("Every award's agency codes are in the lists of agencies.")];
  const rows = unknown.reduce((sum, { rows }) => sum + rows, 0);
  return [note(
    `${counted(unknown.length, "agency code")} of awards, with ${counted(rows, "record")}, ${
      unknown.length === 1 ? "is" : "are"
    } in no list of agencies, so that no file has those records by it.`,
    "`deno task status` names them; load newer lists of agencies (docs/loading.md).",
  )];
}
