import { parse } from "csv-parse/sync";
import { gunzipSync } from "node:zlib";
import type { FileTotals } from "../../lib/files/totals/totals.ts";

/** Which of a file's columns count, by their headers, in the words of this model. */
const COLUMNS = {
  D1: { amounts: ["FederalActionObligation"], award: ["PrimeAwardUniqueKey"] },
  D2: {
    amounts: [
      "FederalActionObligation",
      "FaceValueOfDirectLoanOrLoanGuarantee",
      "OriginalLoanSubsidyCost",
      "NonFederalFundingAmount",
    ],
    award: ["PrimeAwardUniqueKey"],
  },
  A: {
    amounts: [
      "TotalBudgetaryResources_CPE",
      "BudgetAuthorityAppropriatedAmount_CPE",
      "BudgetAuthorityUnobligatedBalanceBroughtForward_FYB",
      "AdjustmentsToUnobligatedBalanceBroughtForward_CPE",
      "OtherBudgetaryResourcesAmount_CPE",
      "ContractAuthorityAmountTotal_CPE",
      "BorrowingAuthorityAmountTotal_CPE",
      "SpendingAuthorityfromOffsettingCollectionsAmountTotal_CPE",
      "StatusOfBudgetaryResourcesTotal_CPE",
      "ObligationsIncurredTotalByTAS_CPE",
      "GrossOutlayAmountByTAS_CPE",
      "UnobligatedBalance_CPE",
      "DeobligationsRecoveriesRefundsOfPriorYearByTAS_CPE",
    ],
    award: [
      "AllocationTransferAgencyIdentifier",
      "AgencyIdentifier",
      "BeginningPeriodOfAvailability",
      "EndingPeriodOfAvailability",
      "AvailabilityTypeCode",
      "MainAccountCode",
      "SubAccountCode",
    ],
  },
  BOC: {
    amounts: ["DollarAmountGTAS", "DollarAmountDataBroker", "DollarAmountGTASSubDataBroker"],
    award: [
      "AllocationTransferAgencyIdentifier",
      "AgencyIdentifier",
      "BeginningPeriodOfAvailability",
      "EndingPeriodOfAvailability",
      "AvailabilityTypeCode",
      "MainAccountCode",
      "SubAccountCode",
    ],
  },
};

type Cells = Record<string, string>;

/** The totals of a file as it was delivered: read with csv-parse, added up with exact decimals. */
export function totalsOfBytes(
  bytes: Uint8Array,
  { code, agencyType = "awarding", isText = false, isGzip = false }: {
    code: keyof typeof COLUMNS;
    agencyType?: "awarding" | "funding";
    isText?: boolean;
    isGzip?: boolean;
  },
): FileTotals {
  const content = isGzip ? gunzipSync(bytes) : bytes;
  const records = parse(Buffer.from(content), {
    // Element numbers stand behind a header.
    columns: (header: string[]) => header.map((name) => name.replace(/ \([^()]*\)$/, "")),
    delimiter: isText ? "|" : ",",
    relax_quotes: false,
  }) as Cells[];
  const { amounts, award } = COLUMNS[code];
  const isAward = code === "D1" || code === "D2";
  const part = (found: Cells[]) => ({
    records: found.length,
    amounts: Object.fromEntries(
      amounts.map((name) => [name, exactSum(found.map((record) => record[name]!))]),
    ),
  });
  const agency = agencyType === "awarding" ? "AwardingSubTierAgency" : "FundingSubTierAgency";
  const byCode = Map.groupBy(records, (record) => record[`${agency}Code`]!);
  const byMonth = Map.groupBy(records, ({ ActionDate: day = "" }) => `${day.slice(0, 4)}-${day.slice(4, 6)}`);
  const keys = records.map((record) => award.map((name) => record[name]!)).filter((key) =>
    key.join("") !== ""
  );
  return {
    ...part(records),
    distinctAwards: new Set(keys.map((key) => JSON.stringify(key))).size,
    recordsThatDiffer: code === "BOC"
      ? records.filter((record) => /[^0.-]/.test(record["DollarAmountGTASSubDataBroker"]!)).length
      : null,
    byMonth: isAward ? [...byMonth].map(([month, found]) => ({ month, ...part(found) })) : null,
    bySubTier: isAward
      ? [...byCode].sort(([a], [b]) =>
        Number(a === "") - Number(b === "") || Buffer.compare(Buffer.from(a), Buffer.from(b))
      ).map(([subTier, found]) => ({
        code: subTier || null,
        name: found.at(-1)![`${agency}Name`]! || null,
        ...part(found),
      }))
      : null,
  };
}

/** The exact sum of what stands in a column; a blank cell is no number. */
function exactSum(cells: readonly string[]): string {
  const numbers = cells.filter((cell) => cell !== "");
  const special = [...new Set(numbers.filter((cell) => /[A-Za-z]/.test(cell)))];
  if (special.length > 0) return special.length === 1 ? special[0]! : "NaN";
  const scaleOf = (cell: string) => cell.includes(".") ? cell.length - cell.indexOf(".") - 1 : 0;
  const scale = numbers.reduce((most, cell) => Math.max(most, scaleOf(cell)), 0);
  const sum = numbers.reduce(
    (sum, cell) => sum + BigInt(cell.replace(".", "") + "0".repeat(scale - scaleOf(cell))),
    0n,
  );
  if (scale === 0) return String(sum);
  const digits = String(sum < 0n ? -sum : sum).padStart(scale + 1, "0");
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
