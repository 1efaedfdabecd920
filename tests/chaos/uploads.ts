import { generateAccounts } from "../../lib/dev/sample/accounts.ts";
import type { Sql } from "../../lib/db.ts";
import { uploadForm, uploadText } from "../helpers/file_c.ts";
import type { Random } from "../helpers/random.ts";
import type { Body } from "./requests.ts";

/** A file that is sent to be reconciled. */
export interface Upload {
  /** The form's fields. */
  fields: Record<string, string>;
  /** What the request comes to, as the request of a file is written. */
  body: Body;
  records: readonly Record<string, string>[];
  /** How many of the records name a contract that nobody has. */
  planted: number;
  /** How many bytes stand in a column that no rule looks at. */
  padding: number;
}

/** A contract that the sample has. */
interface Award {
  piid: string;
  parent: string | null;
  amount: string;
}

/** Agencies whose awards and accounts the run's own loads leave alone. */
const AGENCIES = ["012", "015", "020", "097"];
const DAYS = { start: "01/01/2018", end: "03/31/2018" };
const PERIODS = [["2021", "6"], ["2024", "12"], ["2017", "6"]] as const;
/** A part of an upload to S3 has 8 MiB: beyond that it is several. */
const OVER_A_PART = 9 << 20;

const ACCOUNTS = generateAccounts(1).tas_lookup;

/** Thinks of files to reconcile: some of their records agree with what the service holds, some do not. */
export class Uploads {
  private constructor(readonly awards: ReadonlyMap<string, readonly Award[]>) {}

  /** Looks up what there is to be reconciled with. */
  static async of(sql: Sql): Promise<Uploads> {
    const awards = new Map<string, Award[]>();
    for (const agency of AGENCIES) {
      awards.set(
        agency,
        await sql<Award[]>`
          SELECT piid, parent_award_id AS parent, sum(federal_action_obligation)::text AS amount
          FROM detached_award_procurement
          WHERE awarding_agency_code = ${agency} AND action_date BETWEEN '2018-01-01' AND '2018-03-31' AND piid IS NOT NULL
          GROUP BY piid, parent_award_id HAVING sum(federal_action_obligation) IS NOT NULL
          ORDER BY piid, parent_award_id LIMIT 200`,
      );
    }
    return new Uploads(awards);
  }

  next(random: Random): Upload {
    const agency = random.pick(AGENCIES);
    const padding = random.chance(0.06) ? OVER_A_PART : 0;
    const packed: Record<string, string> = random.chance(0.15) ? { compression: "gzip" } : {};
    return random.chance(0.7)
      ? this.#fileC(random, agency, packed, padding)
      : fileA(random, agency, packed, padding);
  }

  #fileC(random: Random, agency: string, packed: Record<string, string>, padding: number): Upload {
    const fields = { cgac_code: agency, ...DAYS, ...packed };
    const known = (this.awards.get(agency) ?? []).filter(() => random.chance(0.5)).map((award) => ({
      PIID: award.piid,
      ParentAwardId: award.parent ?? "",
      // The signs are opposite where all is well.
      TransactionObligatedAmount: random.chance(0.8) ? opposite(award.amount) : `${random.below(100_000)}.50`,
    }));
    const unknown = Array.from({ length: random.below(5) }, () => ({
      PIID: `NOBODY-HAS-${random.below(1_000_000)}`,
      TransactionObligatedAmount: `${random.below(1000)}.00`,
    }));
    const records = [...known, ...unknown].map((cells) => ({
      AgencyIdentifier: agency,
      MainAccountCode: "0100",
      SubAccountCode: "000",
      ...cells,
    }));
    return {
      fields: { kind: "C", ...fields },
      body: { file_type: "C-DIFF", ...fields },
      records: [...idle(padding, { AgencyIdentifier: agency }), ...records],
      planted: unknown.length,
      padding,
    };
  }
}

/**
 * Records that no rule looks at: one, so that there is a record whatever was picked, and as many as what is
 * padded is spread over, because one of more than 1 MiB is refused.
 */
const idle = <Record>(padding: number, record: Record): Record[] =>
  new Array(padding === 0 ? 1 : 20).fill(record);

const opposite = (amount: string): string => amount.startsWith("-") ? amount.slice(1) : `-${amount}`;

function fileA(random: Random, agency: string, packed: Record<string, string>, padding: number): Upload {
  const [year, period] = random.pick(PERIODS);
  const fields = { cgac_code: agency, year, period, ...packed };
  const records = ACCOUNTS.filter(() => random.chance(0.3)).map((account) => {
    const cell = (column: string) => String(account[column] ?? "");
    const amount = () => String(random.below(1_000_000));
    return {
      AllocationTransferAgencyIdentifier: cell("allocation_transfer_agency"),
      AgencyIdentifier: cell("agency_identifier"),
      BeginningPeriodOfAvailability: cell("beginning_period_of_availa"),
      EndingPeriodOfAvailability: cell("ending_period_of_availabil"),
      AvailabilityTypeCode: cell("availability_type_code"),
      MainAccountCode: cell("main_account_code"),
      SubAccountCode: cell("sub_account_code"),
      TotalBudgetaryResources_CPE: amount(),
      StatusOfBudgetaryResourcesTotal_CPE: amount(),
      GrossOutlayAmountByTAS_CPE: amount(),
    };
  });
  return {
    fields: { kind: "A", ...fields },
    body: { file_type: "A-DIFF", ...fields },
    records: [...idle(padding, {}), ...records],
    planted: 0,
    padding,
  };
}

/** The file of an upload: the same text each time. */
export function textOf({ body, records, padding }: Upload): string {
  const text = uploadText(body.file_type as "C-DIFF" | "A-DIFF", records);
  if (padding === 0) return text;
  const lines = text.trimEnd().split("\n");
  const blanks = "x".repeat(Math.ceil(padding / lines.length));
  return lines.map((line, i) => `${line},${i === 0 ? "Remark" : blanks}\n`).join("");
}

/** The body that sends it, and what its Content-Type is. */
export async function formOf(
  upload: Upload,
): Promise<{ contentType: string; bytes: Uint8Array<ArrayBuffer> }> {
  const form = new Response(uploadForm(textOf(upload), upload.fields));
  return { contentType: form.headers.get("Content-Type")!, bytes: await form.bytes() };
}
