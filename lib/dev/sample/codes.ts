import type { Random } from "./random.ts";
import type { SampleRow } from "./row.ts";

/** One code that a pair of columns, code and description, can have. */
export interface CodeChoice {
  code_column: string;
  description_column: string;
  /** What it applies to, such as orders only. */
  applies: string;
  /** Of 100 rows that it applies to, so many have it; what is missing to 100 has NULL. */
  share: string;
  code: string;
  description: string;
}

/** A pair of columns with all that it can have. */
export interface CodeList {
  applies: string;
  codeColumn: string;
  descriptionColumn: string;
  choices: { share: number; code: string; description: string }[];
}

/** Brings the choices of each pair of columns together. */
export function codeLists(choices: readonly CodeChoice[]): CodeList[] {
  const lists = Map.groupBy(choices, (choice) => `${choice.applies} ${choice.code_column}`);
  return [...lists.values()].map((list) => ({
    applies: list[0]!.applies,
    codeColumn: list[0]!.code_column,
    descriptionColumn: list[0]!.description_column,
    choices: list.map(({ share, code, description }) => ({ share: Number(share), code, description })),
  }));
}

/**
 * Draws a code with its description for each pair of columns that applies; pairs that do not apply stay NULL.
 */
export function drawCodes(
  random: Random,
  lists: readonly CodeList[],
  applying: readonly string[],
): SampleRow {
  const row: SampleRow = {};
  for (const { applies, codeColumn, descriptionColumn, choices } of lists) {
    if (!applying.includes(applies)) continue;
    let rest = random.next() * 100;
    const drawn = choices.find((choice) => (rest -= choice.share) < 0);
    row[codeColumn] = drawn?.code ?? null;
    row[descriptionColumn] = drawn?.description ?? null;
  }
  return row;
}
