import type { Session } from "../db.ts";
import { filled } from "../load/cells/cell_text.ts";
import { amount, code } from "../load/cells/cell_values.ts";
import { loosely, matchHeader, recognisesRequired } from "../load/header/header.ts";
import { claim, onlyCsv, replaceRows } from "../load/merge/replace.ts";
import type { Source } from "../load/source.ts";
import { identifier, identifiers } from "../load/table_columns.ts";
import { type RecordCells, ValueEncoder } from "../load/cells/value_encoder.ts";
import { readTsv } from "../tsv.ts";
import headers from "./file_b.tsv" with { type: "text" };
import { SUBMISSION_OPTIONS, submissionOf } from "./submission.ts";
import { displayTasOf, tasOf } from "./treasury_account.ts";

const elements = readTsv(headers, ["header", "column", "required", "type", "padded_to"]);
const columns = elements.map(({ header, column, required }) => ({
  name: column,
  // The long header, or the short one, which is the column.
  headers: [header, column],
  required: required === "yes",
}));

/**
 * Between the digits and the end of a USSGL header stands what the account is called, which has been spelled
 * in several ways.
 */
const spelling = (header: string) => loosely(header).replace(/^(ussgl\d{6}).*(cpe|fyb)$/, "$1$2");

const TABLE = "published_object_class_program_activity";
const FED = [...elements.map(({ column }) => column), "tas", "display_tas", "row_number"];

/**
 * A File B as an agency has published it, the other side of file BOC: object classes and program activities,
 * separated by commas or bars, with long or short headers. It replaces the rows of its submission, and says
 * that this is published.
 */
export const fileB: Source = {
  name: "file-b",
  title: "a published File B (SubID-…_File-B_…)",
  tables: [TABLE, "submission"],
  repeat: "ever",
  mayBeEmpty: false,
  delimiters: [",", "|"],
  options: SUBMISSION_OPTIONS,
  recognises: recognisesRequired(columns),
  prepare: (_, options) =>
    Promise.resolve({
      staging: { table: TABLE, columns: FED },
      encoderFor(header, { ignoreUnknownColumns }) {
        const found = matchHeader(header, columns, spelling, { ignoreUnknown: ignoreUnknownColumns });
        return new ValueEncoder(FED, found, valuesOf);
      },
      async merge(session, staging, merged) {
        const submission = await submissionOf(session, onlyCsv(staging).name, options);
        claim(merged, `submission ${submission.submission_id}`);
        await publish(session, submission);
        const incoming = `${staging.name}_incoming`;
        await session.query(
          `CREATE TEMP TABLE ${identifier(incoming)} ON COMMIT DROP AS
           SELECT load_row AS incoming_row, ${submission.submission_id}::integer AS submission_id, ${
            identifiers(FED)
          } FROM ${identifier(staging.name)}`,
        );
        return await replaceRows(session, {
          table: TABLE,
          id: "published_object_class_program_activity_id",
          columns: ["submission_id", ...FED],
          incoming,
          among: `t.submission_id = ${submission.submission_id}`,
        });
      },
    }),
};

/** Writes down that a submission is published. */
const publish = (session: Session, submission: Awaited<ReturnType<typeof submissionOf>>) =>
  session.query(
    `INSERT INTO submission
       (submission_id, cgac_code, frec_code, reporting_fiscal_year, reporting_fiscal_period, publish_status_id)
     VALUES ($1, $2, $3, $4, $5, 2)
     ON CONFLICT (submission_id) DO UPDATE SET
       cgac_code = excluded.cgac_code, frec_code = excluded.frec_code,
       reporting_fiscal_year = excluded.reporting_fiscal_year,
       reporting_fiscal_period = excluded.reporting_fiscal_period, publish_status_id = excluded.publish_status_id`,
    [
      submission.submission_id,
      submission.cgac_code,
      submission.frec_code,
      submission.reporting_fiscal_year,
      submission.reporting_fiscal_period,
    ],
  );

function valuesOf(record: RecordCells): (string | null)[] | null {
  const text = (column: string) => filled(unquoted(record.cell(column)));
  if (elements.every(({ column }) => text(column) === null)) return null;
  const cells = { ...record, cell: (column: string) => unquoted(record.cell(column)) };
  const values = elements.map(({ column, type, padded_to }) => {
    if (type === "amount") return text(column) && amount(cells, column);
    const value = padded_to ? code(cells, column, Number(padded_to)) : text(column);
    // Otherwise the code keeps its letter case, by which GTAS' is then not found.
    return column === "disaster_emergency_fund_code" && value?.toUpperCase() === "QQQ" ? "Q" : value;
  });
  const part = (column: string) => values[FED.indexOf(column)]!;
  const parts = {
    allocation_transfer_agency: part("allocation_transfer_agency"),
    agency_identifier: part("agency_identifier"),
    beginning_period_of_availa: part("beginning_period_of_availa"),
    ending_period_of_availabil: part("ending_period_of_availabil"),
    availability_type_code: part("availability_type_code"),
    main_account_code: part("main_account_code"),
    sub_account_code: part("sub_account_code"),
  };
  return [...values, tasOf(parts), displayTasOf(parts), String(record.line)];
}

/** A cell without the pair of quotes that is a part of its text. */
const unquoted = (cell: string | undefined) => cell?.trim().replace(/^"(.*)"$/s, "$1");
