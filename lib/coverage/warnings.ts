import type { Sql, Transaction } from "../db.ts";
import type { CoverageRequest, FileRequest, FileType } from "../files/file_type.ts";
import { usDay } from "../us_day.ts";

/** Everything that there is to warn of: what is worth knowing of a request that is answered all the same. */
const sentences = {
  key_ignored: ({ key }: { key: string }) =>
    `The key ${JSON.stringify(key)} is ignored: no file has it. See whether it is misspelt.`,
  nothing_loaded: () => "None of the data that the file is made of is loaded, so that it has no record.",
  no_records: () => "The file has no record: the data is loaded, and none of it is what was asked for.",
  ends_after_newest: ({ day }: { day: string }) =>
    `The range ends after ${
      usDay(day)
    }, the newest action date that is loaded for any agency: later records may be missing.`,
  starts_before_oldest: ({ day }: { day: string }) =>
    `The range begins before ${
      usDay(day)
    }, the oldest action date that is loaded for any agency: earlier records may be missing.`,
  window_open: ({ day }: { day: string | null }) =>
    day === null
      ? "No submission window of the period is known, so that the figures may still change."
      : `The period's submission window does not begin before ${usDay(day)}: the figures may still change.`,
  failed_edits_missing: () =>
    "No failed edits of the period are loaded: GTASStatus does not say whether the accounts have passed theirs.",
} as const;

/** What a program tells warnings by. */
export type WarningCode = keyof typeof sentences;

/** The codes of all warnings. */
export const WARNING_CODES = Object.keys(sentences) as [WarningCode, ...WarningCode[]];

type Named<Code extends WarningCode> = Parameters<(typeof sentences)[Code]> extends [infer Names] ? Names
  : unknown;

/** A warning as it is stored: its code, and what its sentence names. */
export type Noted = { [Code in WarningCode]: { code: Code } & Named<Code> }[WarningCode];

/** A warning as it is given. */
export interface Warning {
  code: WarningCode;
  message: string;
}

/** The warning for a person. */
export const warningOf = (noted: Noted): Warning => ({
  code: noted.code,
  message: (sentences[noted.code] as (noted: Noted) => string)(noted),
});

/** A warning for each key of a request that nothing reads. */
export const ofIgnoredKeys = (keys: readonly string[]): Noted[] =>
  keys.map((key) => ({ code: "key_ignored", key }));

/**
 * What there is to warn of in a finished file: whether it has no record is told by its number of records,
 * whatever was expected.
 *
 * @param records null where a file without any is as it should be
 */
export function ofFinished(noted: readonly Noted[], records: number | null): Noted[] {
  const others = noted.filter(({ code }) => code !== "no_records");
  const isEmpty = records === 0 && !others.some(({ code }) => code === "nothing_loaded");
  return isEmpty ? [{ code: "no_records" }, ...others] : others;
}

const NOTHING = "SELECT '[]'::jsonb AS warnings FROM asked";

/** SQL for what there is to warn of in a file of this type, over a relation "asked" (`CoverageOf`). */
export const warningsQuery = ({ coverage }: FileType): string => coverage?.warnings ?? NOTHING;

/** What there is to warn of in a file, as the loaded data is now. */
export async function warningsOf(
  sql: Sql | Transaction,
  fileType: FileType,
  request: FileRequest | CoverageRequest,
): Promise<Noted[]> {
  const [row] = await sql.unsafe<{ warnings: Noted[] }[]>(
    `WITH asked AS (SELECT $1::text AS source_table, $2::text::jsonb AS request) ${warningsQuery(fileType)}`,
    [fileType.coverage?.source ?? null, JSON.stringify(request)],
    { prepare: true },
  );
  return row!.warnings;
}
