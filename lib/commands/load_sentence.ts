import { counted } from "../counted.ts";
import type { FileOutcome } from "../load/data_load.ts";
import type { Source } from "../load/source.ts";

const count = (rows: number) => rows.toLocaleString("en-US");

/**
 * A line about one file, and one for each thing to know besides. The rows read are those inserted, updated
 * and rejected and those that follow these, by what became of them; removed are rows of the source tables.
 * Only of a source that makes two tables of one file (`agencies`) the rows are those of the tables.
 */
export function sentenceFor({ name, tables, makesLists }: Source, outcome: FileOutcome): string {
  const { file, repeatOf } = outcome;
  if (repeatOf) {
    return `${name}: ${file} was loaded on ${repeatOf.toISOString()} already, nothing to do (--force loads it again).`;
  }
  const always = [
    `${counted(outcome.rowsRead, "row")} read`,
    `${count(outcome.rowsInserted)} inserted`,
    `${count(outcome.rowsUpdated)} updated`,
    `${count(outcome.rowsRemoved)} removed`,
    `${count(outcome.rowsRejected)} rejected`,
  ];
  const others: [number, string][] = [
    [outcome.rowsUnchanged, "unchanged"],
    [outcome.rowsSuperseded, "superseded by another row of their key"],
    [outcome.deletions, "that delete"],
    [outcome.rowsCombined, "combined with others or left out by the source's rules"],
  ];
  const besides = others.filter(([rows]) => rows > 0).map(([rows, what]) => `${count(rows)} ${what}`);
  if (outcome.rowsFollowed > 0) {
    besides.push(`${count(outcome.rowsFollowed)} of earlier loads brought into step`);
  }
  const ofTables = makesLists ? ` (inserted, updated and removed: of ${tables.join(" and ")})` : "";
  const line = `${name}: ${file}: ${[...always, ...besides].join(", ")}${ofTables}, in ${
    outcome.seconds.toFixed(1)
  } s.`;
  return [line, ...outcome.notes].join("\n");
}
