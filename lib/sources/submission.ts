import type { Session } from "../db.ts";
import { LoadError } from "../load/load_error.ts";
import type { SourceOption } from "../load/source.ts";

/** What tells which submission a File B belongs to. */
export const SUBMISSION_OPTIONS = [
  { name: "submission", value: "N", description: "the number of the submission" },
  { name: "cgac", value: "CODE", description: "the agency that submitted it: its CGAC, such as 097" },
  { name: "frec", value: "CODE", description: "or its FREC, such as 1601" },
  { name: "year", value: "YYYY", description: "the fiscal year" },
  { name: "period", value: "N", description: "the period, 2 to 12 (of a quarter the last one)" },
] as const satisfies SourceOption[];

/** A row of `submission`, but for its state. */
export interface Submission {
  submission_id: number;
  cgac_code: string | null;
  frec_code: string | null;
  reporting_fiscal_year: number;
  reporting_fiscal_period: number;
}

type Options = Readonly<Partial<Record<string, string>>>;

// SubID-123_File-B_FY23P09_…, …FY23P01-P02_…, …FY23Q3_…
const NAME = /(?:^|[/\\])SubID-(\d{1,9})_File-B_FY(\d\d)(?:(P01-P02)|P(\d\d)|Q([1-4]))_[^/\\]*$/i;

/** What the name of a published file says of its submission. */
function byName(file: string): Options {
  const [, submission, year, twoMonths, period, quarter] = NAME.exec(file) ?? [];
  if (submission === undefined) return {};
  return {
    submission,
    year: `20${year}`,
    period: twoMonths ? "2" : period ?? String(Number(quarter) * 3),
  };
}

/**
 * The submission that a File B belongs to: what the options say, else what the file's name says, else what is
 * known of it from an earlier load.
 *
 * @throws {LoadError} where none of them says it, or one says what cannot be
 */
export async function submissionOf(session: Session, file: string, options: Options): Promise<Submission> {
  const told: Options = { ...byName(file), ...options };
  const id = number(told, "submission", 1, 2_147_483_647);
  if (id === null) throw missing(file, "submission");
  const { rows: [known] } = await session.query<Submission>(
    `SELECT cgac_code, frec_code, reporting_fiscal_year, reporting_fiscal_period
     FROM submission WHERE submission_id = $1`,
    [id],
  );
  const [cgac, frec] = [code(told, "cgac", 3), code(told, "frec", 4)];
  if (cgac !== null && frec !== null) {
    throw new LoadError("wrong_usage", "Give one of --cgac and --frec: a submission is one agency's.");
  }
  const agency = cgac ?? frec ?? known?.cgac_code ?? known?.frec_code;
  const year = number(told, "year", 1000, 9999) ?? known?.reporting_fiscal_year;
  const period = number(told, "period", 2, 12) ?? known?.reporting_fiscal_period;
  if (!agency) throw missing(file, "cgac (or --frec)");
  if (!year) throw missing(file, "year");
  if (!period) throw missing(file, "period");
  return {
    submission_id: id,
    cgac_code: agency.length === 3 ? agency : null,
    frec_code: agency.length === 3 ? null : agency,
    reporting_fiscal_year: year,
    reporting_fiscal_period: period,
  };
}

const missing = (file: string, option: string) =>
  new LoadError(
    "wrong_usage",
    `Neither the name of ${file} nor an earlier load says whose File B it is: give --${option}. Nothing was changed.`,
  );

const wrong = (option: string, value: string, wanted: string) =>
  new LoadError("wrong_usage", `--${option} is "${value}"; it must be ${wanted}. Nothing was changed.`);

function number(told: Options, option: string, least: number, most: number): number | null {
  const value = told[option];
  if (value === undefined) return null;
  const found = Number(value);
  if (/^\d{1,10}$/.test(value) && found >= least && found <= most) return found;
  throw wrong(option, value, `a whole number from ${least} to ${most}`);
}

function code(told: Options, option: string, length: number): string | null {
  const value = told[option];
  if (value === undefined) return null;
  if (value.length === length && /^[0-9A-Z]+$/.test(value)) return value;
  throw wrong(option, value, `a code of ${length} digits or capitals`);
}
