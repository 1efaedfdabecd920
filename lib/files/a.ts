import text from "../../sql/files/a.sql" with { type: "text" };
import firstText from "../../sql/files/a_first.sql" with { type: "text" };
import warnings from "../../sql/coverage/a_warnings.sql" with { type: "text" };
import windowText from "../../sql/files/a_window.sql" with { type: "text" };
import table from "./elements/a.tsv" with { type: "text" };
import { ACCOUNT_PARTS } from "../account_parts.ts";
import { recordsOfAccounts } from "./account_owner.ts";
import { parseColumns } from "./columns.ts";
import { periodCoverage } from "./coverage_query.ts";
import { parseElements } from "./elements.ts";
import type { FileType } from "./file_type.ts";
import { periodBody, periodName, type PeriodRequest } from "./period_request.ts";

const elements = parseElements(table);

/** The seven account columns, by which the file is ordered: all before the first amount. */
const account = elements.slice(0, 7).map(({ column }) => column);

/** File A, appropriation accounts: 21 elements computed from `sf_133` by the rules of `docs/files.md`. */
export const a: FileType<PeriodRequest> = {
  code: "A",
  title: "appropriation accounts",
  example: { file_type: "A", cgac_code: "020", year: 2017, period: 6 },
  sources: {
    sf_133: "period",
    tas_failed_edits: "period",
    submission_window_schedule: "period",
    tas_lookup: "all",
    cgac: "all",
    frec: "all",
  },
  telling: [
    ...account,
    "total_budgetary_resources_cpe",
    "obligations_incurred_total_cpe",
    "gross_outlay_amount_by_tas_cpe",
    "gtas_status",
  ],
  body: periodBody("A"),
  showsPeriod: false,
  contents: (request) => ({
    elements,
    header: elements.map((element) => element.header),
    delimiter: ",",
    ...recordsOfAccounts(text, firstText, request),
    identity: { key: account, place: account },
    totals: {
      amounts: elements.map(({ column }) => column).filter((column) => /_(cpe|fyb)$/.test(column)),
      award: ACCOUNT_PARTS,
    },
  }),
  columns: parseColumns(table, "sf_133"),
  coverage: { countedBy: "period", source: "sf_133", query: periodCoverage("A"), warnings },
  fileName: (request, stamp) => `File-A_${periodName(request)}_${stamp}.csv`,
  // GTASStatus changes by the clock alone when the submission window opens.
  circumstances: ({ year, period }) => ({ text: windowText, values: [year, period] }),
};
