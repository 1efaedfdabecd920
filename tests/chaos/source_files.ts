import { generateAccounts } from "../../lib/dev/sample/accounts.ts";
import type { Random } from "../helpers/random.ts";
import { archiveCsv } from "../helpers/sources.ts";
import { LOADED_AGENCY, LOADED_DAYS, LOADED_PERIOD } from "./requests.ts";

/** A file to be loaded. */
export interface LoadedFile {
  /** The source, as `deno task load` calls it. */
  source: string;
  name: string;
  content: string;
}

const AWARDS = 400;
/** Those of the sample, with the columns that a file names them by. */
const ACCOUNTS = generateAccounts(1).tas_lookup.map((account) =>
  [
    ...["allocation_transfer_agency", "agency_identifier", "availability_type_code"],
    ...["beginning_period_of_availa", "ending_period_of_availabil", "main_account_code", "sub_account_code"],
  ].map((column) => account[column] ?? "").join(",")
);
const DAY = 86_400_000;

/** The kinds of files that the run loads: each makes one by the number of the load. */
export const loadedFiles: readonly ((number: number, random: Random) => LoadedFile)[] = [
  contractsFile,
  assistanceFile,
  accountsFile,
];

/** Awards of one agency: most take the place of those of an earlier load, some are removed. */
function contractsFile(number: number, random: Random): LoadedFile {
  const records = awards(random).map(({ key, day, isRemoved }) => ({
    contract_transaction_unique_key: key,
    ...isRemoved ? { correction_delete_ind: "D" } : {},
    action_date: day,
    awarding_agency_code: LOADED_AGENCY,
    funding_agency_code: LOADED_AGENCY,
    award_id_piid: `LOAD${number}`,
    transaction_description: describe(number, random),
    federal_action_obligation: (random.below(1_000_000) / 100).toFixed(2),
  }));
  return {
    source: "archive-contracts",
    name: `contracts-${number}.csv`,
    content: archiveCsv("contracts", records, ["correction_delete_ind"]),
  };
}

function assistanceFile(number: number, random: Random): LoadedFile {
  const records = awards(random).map(({ key, day, isRemoved }) => ({
    assistance_transaction_unique_key: key,
    ...isRemoved ? { correction_delete_ind: "D" } : {},
    action_date: day,
    awarding_agency_code: LOADED_AGENCY,
    funding_agency_code: LOADED_AGENCY,
    award_id_fain: `LOAD${number}`,
    transaction_description: describe(number, random),
    federal_action_obligation: (random.below(1_000_000) / 100).toFixed(2),
  }));
  return {
    source: "archive-assistance",
    name: `assistance-${number}.csv`,
    content: archiveCsv("assistance", records, ["correction_delete_ind"]),
  };
}

/** All accounts of one period; those of the load before go. */
function accountsFile(number: number, random: Random): LoadedFile {
  const header =
    `ATA,AID,"Availability,Type Code",BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num,Amount Summed`;
  const { year, period } = LOADED_PERIOD;
  const lines = ACCOUNTS.flatMap((account) =>
    [1000, 1910, 2490, 2500, 3020].map((line) =>
      `${account},${year},${period},${line},${random.below(1_000_000)}.${10 + number % 90}`
    )
  );
  return { source: "sf133", name: `accounts-${number}.csv`, content: [header, ...lines, ""].join("\n") };
}

function awards(random: Random): { key: string; day: string; isRemoved: boolean }[] {
  const first = Date.parse(LOADED_DAYS.from);
  const days = (Date.parse(LOADED_DAYS.to) - first) / DAY + 1;
  return Array.from({ length: AWARDS }, (_, i) => ({
    key: `CHAOS_${String(i).padStart(4, "0")}`,
    day: new Date(first + random.below(days) * DAY).toISOString().slice(0, 10),
    isRemoved: random.chance(0.1),
  })).filter(() => random.chance(0.9));
}

/** What CSV has to quote, and what takes more than one byte. */
const describe = (number: number, random: Random): string =>
  random.pick([`load ${number}`, `"load", ${number}`, `Ladung ${number}: größer`, `two\nlines of ${number}`]);
