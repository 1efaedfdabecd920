import { codeLists, drawCodes } from "./codes.ts";
import { dayNumber, fiscalYear, isoDay } from "./day.ts";
import { contractAmounts } from "./contract_amounts.ts";
import { contractorColumns, performanceColumns } from "./contract_places.ts";
import { officeColumns } from "./office_columns.ts";
import { Random } from "./random.ts";
import { makeRecipients, type Recipient } from "./recipients.ts";
import type { SampleRow } from "./row.ts";
import { contractDescription } from "./texts.ts";
import { contractCodes, naics, offices, products } from "./vocabulary.ts";

/** When awards begin, with their share: most in the quarter that the documentation's example asks for. */
const SEASONS = [
  { from: "2014-10-01", to: "2015-09-30", share: 14 },
  { from: "2015-10-01", to: "2015-12-31", share: 12 },
  { from: "2016-01-01", to: "2016-03-31", share: 30 },
  { from: "2016-04-01", to: "2016-09-30", share: 16 },
  { from: "2016-10-01", to: "2017-09-30", share: 16 },
  { from: "2023-10-01", to: "2024-09-30", share: 12 },
];
const MOST_MODIFICATIONS = 5;
const DEFENSE = "097";

/**
 * An award by itself, an order under one, or an indefinite delivery vehicle (a contract that orders are
 * placed under).
 */
type AwardKind = "definitive" | "order" | "idv";

const lists = codeLists(contractCodes);

/**
 * Makes so many contract transactions: rows of `detached_award_procurement`. Several transactions belong to
 * one award: its base and its modifications, whose obligations add up.
 *
 * @param seed the same seed gives the same rows
 */
export function generateContracts(count: number, seed: number): SampleRow[] {
  const random = new Random(seed);
  const recipients = makeRecipients(random, Math.max(80, Math.ceil(count / 8)));
  const rows: SampleRow[] = [];
  for (let award = 1; rows.length < count; award++) {
    rows.push(...makeAward(random, award, random.pick(recipients)).slice(0, count - rows.length));
  }
  return rows;
}

/** The transactions of one award. */
function makeAward(random: Random, number: number, recipient: Recipient): SampleRow[] {
  const season = random.pickByShare(SEASONS, ({ share }) => share);
  const signed = random.whole(dayNumber(season.from), dayNumber(season.to));
  const lastDay = dayNumber(season.to < "2020" ? "2017-09-30" : "2024-09-30");
  const kind = random.pickByShare<AwardKind>(
    ["definitive", "order", "idv"],
    (each) => ({ definitive: 45, order: 43, idv: 12 })[each],
  );
  const office = random.pickByShare(offices, ({ contracts }) => Number(contracts));
  const isDefense = office.agency === DEFENSE;
  const applying = ["all", kind, ...(isDefense ? ["dod"] : [])];
  const award: SampleRow = {
    ...identityColumns(random, { kind, office, signed, number, isDefense }),
    ...fundedColumns(random, office),
    ...contractorColumns(recipient),
    ...performanceColumns(random, recipient),
    ...drawCodes(random, lists, applying),
    ...termColumns(random, signed, kind),
    ...codedBy(random, kind),
  };
  const modifications = Math.min(MOST_MODIFICATIONS, Math.floor(-Math.log2(1 - random.next())));
  const amounts = contractAmounts(random, modifications + 1, kind === "idv");
  const description = contractDescription(random);
  const rows: SampleRow[] = [];
  let day = signed;
  for (const [i, amount] of amounts.entries()) {
    if (i > 0) day += random.whole(20, 240);
    if (day > lastDay) break;
    const modification = i === 0 ? "0" : `P${String(i).padStart(5, "0")}`;
    rows.push({
      ...award,
      ...amount,
      ...(i === 0 ? {} : drawCodes(random, lists, ["modification"])),
      ...transactionColumns(award, modification),
      action_date: isoDay(day),
      last_modified: isoDay(day + random.whole(0, 400)),
      initial_report_date: isoDay(day),
      award_description: i === 0 || random.chance(70) ? description : contractDescription(random),
    });
  }
  return rows;
}

/** The keys of an award: its number (PIID), and for an order those of the award it is placed under. */
function identityColumns(
  random: Random,
  { kind, office, signed, number, isDefense }: {
    kind: AwardKind;
    office: typeof offices[number];
    signed: number;
    number: number;
    isDefense: boolean;
  },
): SampleRow {
  const year = String(fiscalYear(signed)).slice(2);
  const letter = { definitive: "C", order: "F", idv: "D" }[kind];
  const serial = isDefense
    ? number.toString(36).toUpperCase().padStart(4, "0")
    : String(number).padStart(8, "0");
  const row: SampleRow = {
    piid: `${office.office}${year}${letter}${serial}`,
    agency_id: office.sub_tier,
    pulled_from: kind === "idv" ? "IDV" : "AWARD",
    transaction_number: random.chance(97) ? "0" : "1",
  };
  if (kind !== "order") return row;
  const isFederalSchedule = random.chance(50);
  return {
    ...row,
    parent_award_id: isFederalSchedule
      ? `GS35F${random.digits(4)}${random.characters("ABCDEFGHJKLMNPRSTUVWXY", 1)}`
      : `${office.office}${Number(year) - 1}D${random.digits(4)}`,
    referenced_idv_agency_iden: isFederalSchedule ? "4732" : office.sub_tier,
    referenced_idv_agency_desc: isFederalSchedule
      ? "FEDERAL ACQUISITION SERVICE"
      : office.sub_tier_name.toUpperCase(),
    referenced_idv_modificatio: random.chance(70) ? "0" : `PA${String(random.whole(1, 40)).padStart(4, "0")}`,
  };
}

/** The keys of one transaction, put together as FPDS does. */
function transactionColumns(award: SampleRow, modification: string): SampleRow {
  const none = "-NONE-";
  const parent = award["parent_award_id"] ?? none;
  const parentAgency = award["referenced_idv_agency_iden"] ?? none;
  const { agency_id, piid, transaction_number } = award;
  return {
    award_modification_amendme: modification,
    detached_award_proc_unique: [agency_id, parentAgency, piid, modification, parent, transaction_number]
      .join("_"),
    unique_award_key: award["pulled_from"] === "IDV"
      ? `CONT_IDV_${piid}_${agency_id}`
      : `CONT_AWD_${piid}_${agency_id}_${parent}_${parentAgency}`,
  };
}

function fundedColumns(random: Random, office: typeof offices[number]): SampleRow {
  const funding = random.chance(85)
    ? office
    : random.pickByShare(offices, ({ contracts }) => Number(contracts));
  const knowsOffice = random.chance(95);
  const columns = officeColumns(office, funding);
  return knowsOffice ? columns : { ...columns, funding_office_code: null, funding_office_name: null };
}

function termColumns(random: Random, signed: number, kind: AwardKind): SampleRow {
  const start = signed + random.whole(0, 45);
  const current = start + random.pick([30, 90, 180, 364, 364, 729]);
  const potential = current + random.pick([0, 0, 365, 730, 1461]);
  const asked = random.chance(45);
  return {
    period_of_performance_star: isoDay(start),
    period_of_performance_curr: isoDay(current),
    period_of_perf_potential_e: isoDay(potential),
    ordering_period_end_date: kind === "idv" ? isoDay(potential) : null,
    solicitation_date: asked ? isoDay(signed - random.whole(10, 120)) : null,
    solicitation_identifier: asked
      ? `${random.characters("0123456789ABCDEFGHKLMNPQRSTW", 6)}16R${random.digits(4)}`
      : null,
  };
}

/** What a contract buys, and the elements that are no list of codes. */
function codedBy(random: Random, kind: AwardKind): SampleRow {
  const industry = random.pick(naics);
  const product = random.pick(products);
  const now = <T>(percent: number, value: T) => random.chance(percent) ? value : null;
  return {
    naics: industry.code,
    naics_description: industry.description,
    product_or_service_code: product.code,
    product_or_service_co_desc: product.description,
    number_of_actions: now(85, "1"),
    number_of_offers_received: now(80, String(random.pick([1, 1, 2, 3, 5, 8, 12]))),
    price_evaluation_adjustmen: now(8, random.pick(["0.00", "10.00"])),
    other_statutory_authority: now(3, random.pick(["10 U.S.C. 2304(c)(5)", "ECONOMY ACT, 31 U.S.C. 1535"])),
    additional_reporting: now(25, "NONE OF THE ABOVE"),
    program_acronym: now(
      kind === "idv" ? 40 : 6,
      random.pick(["SEWP V", "TIPSS-4", "ENCORE II", "T4NG", "8(A) STARS II"]),
    ),
    major_program: now(5, random.pick(["IRS CADE 2", "NEXTGEN", 'F-35 "LIGHTNING II"', "TREASURY|ARC"])),
    small_business_competitive: now(90, random.chance(15)),
  };
}
