import { counted } from "../../counted.ts";
import type { HeaderProblem } from "./header.ts";
import { LoadError } from "../load_error.ts";
import { otherSeparator } from "./separator.ts";
import { listed } from "../shown.ts";
import type { Source } from "../source.ts";
import type { SourceColumns } from "../table_columns.ts";

/** Says what is wrong with a file's header, and which source would take it, if one would (`better`). */
export function describeHeaderProblem(
  problem: HeaderProblem,
  file: string,
  header: readonly string[],
  source: Source,
  better: Source | null,
): LoadError {
  if (problem.fitsBadly || (better && problem.missing.length > 0)) {
    const advice = better
      ? `It looks like ${better.title}: load it as ${better.name}.`
      : otherSeparator(header, "commas") ??
        `Its first columns are ${listed(header.slice(0, 5))}.`;
    return new LoadError(
      "wrong_source",
      `${file} is not ${source.title}: ${counted(problem.missing.length, "column")} of it ${
        problem.missing.length === 1 ? "is" : "are"
      } missing (${listed(problem.missing) || "none"}). ${advice}`,
    );
  }
  const sentences = [];
  if (problem.missing.length > 0) {
    sentences.push(`${file} lacks ${counted(problem.missing.length, "column")}: ${listed(problem.missing)}.`);
  }
  if (problem.repeated.length > 0) {
    sentences.push(`${file} has the same column twice: ${listed(problem.repeated)}.`);
  }
  if (problem.unknown.length > 0) {
    sentences.push(
      `${file} has ${counted(problem.unknown.length, "unknown column")}: ${listed(problem.unknown)}. ` +
        `Where the publisher has added a column, load it with --ignore-unknown-columns.`,
    );
  }
  return new LoadError("bad_header", `${sentences.join("\n")}\nWanted ${source.title}.`);
}

/** The source among all of them, but for the wrong one, that a file with this header is of. */
export function sourceFor(
  header: readonly string[],
  wrong: Source,
  all: readonly Source[],
  tables: SourceColumns,
): Source | null {
  const sources = all.filter((source) => source !== wrong);
  const found = sources.find((source) => source.recognises(header));
  if (found || header.length < 2) return found ?? null;
  for (const [table, columns] of tables) {
    if (!header.every((name) => columns.has(name.trim()))) continue;
    return sources.find((source) => source.name === `table:${table}`) ?? null;
  }
  return null;
}
