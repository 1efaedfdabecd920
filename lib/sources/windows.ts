import { dateAndTime, yearAndPeriod } from "../load/cells/cell_values.ts";
import { type KnownColumn, loosely, matchHeader, recognisesRequired } from "../load/header/header.ts";
import { LoadError } from "../load/load_error.ts";
import { claim, onlyCsv, replaceRows } from "../load/merge/replace.ts";
import type { Source } from "../load/source.ts";
import { identifier, identifiers } from "../load/table_columns.ts";
import { ValueEncoder } from "../load/cells/value_encoder.ts";

const DATES = ["period_start", "publish_deadline", "certification_deadline"];
const FED = ["year", "period", ...DATES];
const LINE = "load_line";
const columns: KnownColumn[] = FED.map((name) => ({ name, headers: [name], required: true }));

/** The submission window schedule. A file replaces it as a whole. */
export const windows: Source = {
  name: "windows",
  title: "a submission window schedule",
  tables: ["submission_window_schedule"],
  repeat: "last",
  mayBeEmpty: false,
  recognises: recognisesRequired(columns),
  prepare: () =>
    Promise.resolve({
      staging: { table: "submission_window_schedule", columns: FED, extra: { [LINE]: "bigint" } },
      encoderFor(header, { ignoreUnknownColumns }) {
        const found = matchHeader(header, columns, loosely, { ignoreUnknown: ignoreUnknownColumns });
        return new ValueEncoder([...FED, LINE], found, (record) => [
          ...yearAndPeriod(record, "year", "period"),
          ...DATES.map((column) => dateAndTime(record, column)),
          String(record.line),
        ]);
      },
      async merge(session, staging, merged) {
        claim(merged, "the submission window schedule");
        onlyCsv(staging);
        const { rows: twice } = await session.query<{ year: number; period: number; lines: string }>(
          `SELECT year, period, string_agg(${LINE}::text, ' and ' ORDER BY ${LINE}) AS lines
           FROM ${identifier(staging.name)} GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2`,
        );
        if (twice.length > 0) {
          throw new LoadError(
            "conflict",
            twice.map(({ year, period, lines }) =>
              `Lines ${lines} are both for year ${year}, period ${period}; wanted one line for each.`
            ).join("\n"),
          );
        }
        const incoming = `${staging.name}_incoming`;
        await session.query(
          `CREATE TEMP TABLE ${identifier(incoming)} ON COMMIT DROP AS
           SELECT load_row AS incoming_row, ${identifiers(FED)} FROM ${identifier(staging.name)}`,
        );
        return await replaceRows(session, {
          table: "submission_window_schedule",
          id: "submission_window_schedule_id",
          columns: FED,
          incoming,
          among: "true",
        });
      },
    }),
};
