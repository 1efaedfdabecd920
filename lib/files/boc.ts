import text from "../../sql/files/boc.sql" with { type: "text" };
import firstText from "../../sql/files/boc_first.sql" with { type: "text" };
import warnings from "../../sql/coverage/boc_warnings.sql" with { type: "text" };
import missing from "../../sql/files/boc_missing.sql" with { type: "text" };
import table from "./elements/boc.tsv" with { type: "text" };
import { ACCOUNT_PARTS } from "../account_parts.ts";
import { recordsOfAccounts } from "./account_owner.ts";
import { parseColumns } from "./columns.ts";
import { periodCoverage } from "./coverage_query.ts";
import { parseElements } from "./elements.ts";
import type { FileType } from "./file_type.ts";
import { periodBody, periodName, type PeriodRequest } from "./period_request.ts";

const elements = parseElements(table);

/** All columns before the first amount, and those by which the file is ordered: 1 to 12, then 16 and 13. */
const key = elements.slice(0, 16).map(({ column }) => column);
const place = [...key.slice(0, 12), key[15]!, key[12]!];

/**
 * File BOC, the GTAS comparison report: 20 elements, what GTAS holds by object class against what the
 * agency's published File B holds, by the rules of `docs/files.md`. Always comma-separated.
 */
export const boc: FileType<PeriodRequest> = {
  code: "BOC",
  title: "GTAS against File B",
  example: { file_type: "BOC", cgac_code: "020", year: 2021, period: 6 },
  sources: {
    gtas_boc: "period",
    published_object_class_program_activity: "period",
    submission: "period",
    tas_lookup: "all",
    cgac: "all",
    frec: "all",
  },
  telling: [
    ...ACCOUNT_PARTS,
    "object_class",
    "ussgl_account_num",
    "dollar_amount_gtas",
    "dollar_amount_broker",
    "dollar_amount_diff",
  ],
  body: periodBody("BOC"),
  showsPeriod: false,
  contents: (request) => ({
    elements,
    header: elements.map((element) => element.header),
    delimiter: ",",
    ...recordsOfAccounts(text, firstText, request),
    identity: { key, place },
    totals: {
      amounts: ["dollar_amount_gtas", "dollar_amount_broker", "dollar_amount_diff"],
      award: ACCOUNT_PARTS,
      difference: "dollar_amount_diff",
    },
  }),
  columns: parseColumns(table, "gtas_boc"),
  coverage: {
    countedBy: "period",
    source: "gtas_boc",
    takesSubmission: true,
    query: periodCoverage("BOC"),
    warnings,
  },
  fileName: (request, stamp) => {
    const agency = `${request.agency_code.length === 3 ? "CGAC" : "FREC"}-${request.agency_code}`;
    return `GTAS-Comparison-Report_${periodName(request)}_${agency}_${stamp}.csv`;
  },
  missing: ({ year, period, agency_code }) => ({
    query: { text: missing, values: [year, period, agency_code] },
    forWhat: `fiscal year ${year}, period ${period}`,
  }),
};
