import { codeLists, drawCodes } from "./codes.ts";
import { dayNumber, fiscalYear, isoDay } from "./day.ts";
import { officeColumns } from "./office_columns.ts";
import { Random } from "./random.ts";
import { makeRecipients, type Recipient } from "./recipients.ts";
import { money, type SampleRow } from "./row.ts";
import { assistanceDescription } from "./texts.ts";
import { assistanceCodes, businessTypes, listings, offices, places } from "./vocabulary.ts";

const SEASONS = [["2014-10-01", "2017-09-30"], ["2015-10-01", "2016-09-30"], [
  "2023-10-01",
  "2024-09-30",
]] as const;
const AGGREGATE = 1, NON_AGGREGATE = 2, REDACTED = 3;
const RECORD_TYPES = {
  [AGGREGATE]: "AGGREGATE RECORD",
  [NON_AGGREGATE]: "NON-AGGREGATE RECORD",
  [REDACTED]: "NON-AGGREGATE RECORD TO AN INDIVIDUAL RECIPIENT (PII-REDACTED)",
};
type RecordType = keyof typeof RECORD_TYPES;
// These listings lend or insure money, so that their rows have a face value and no obligation.
const LOANS = new Set(["10.410", "59.012", "59.008", "64.114"]);

const lists = codeLists(assistanceCodes);

/**
 * Makes so many assistance transactions: rows of `published_fabs`. A few are corrections: the row that was
 * corrected stays in the table but is not active, and no more is one that was deleted.
 *
 * @param seed the same seed gives the same rows
 */
export function generateAssistance(count: number, seed: number): SampleRow[] {
  const random = new Random(seed);
  const recipients = makeRecipients(random, Math.max(80, Math.ceil(count / 8)))
    .filter((recipient) => recipient.businessTypes !== "");
  const rows: SampleRow[] = [];
  for (let award = 1; rows.length < count; award++) {
    rows.push(...makeAward(random, award, random.pick(recipients)).slice(0, count - rows.length));
  }
  return rows;
}

function makeAward(random: Random, number: number, recipient: Recipient): SampleRow[] {
  const [from, to] = random.pick(SEASONS);
  const signed = random.whole(dayNumber(from), dayNumber(to));
  const office = random.pickByShare(offices, ({ assistance }) => Number(assistance));
  const listing = random.pick(listings.filter(({ agency }) => agency === office.agency));
  const isLoan = LOANS.has(listing.number);
  const recordType = random.pickByShare<RecordType>(
    [AGGREGATE, NON_AGGREGATE, REDACTED],
    (type) => [0, 15, 78, 7][type]!,
  );
  const award: SampleRow = {
    ...fundedColumns(random, office),
    ...recipientColumns(random, recipient, recordType),
    ...performanceColumns(random, recipient, recordType),
    ...drawCodes(random, lists, ["all", isLoan ? "loan" : "award"]),
    assistance_listing_number: listing.number,
    assistance_listing_title: listing.title,
    award_description: assistanceDescription(random),
    funding_opportunity_number: random.chance(30)
      ? `${office.office}-FY${fiscalYear(signed)}-${random.digits(3)}`
      : null,
    funding_opportunity_goals: random.chance(15) ? assistanceDescription(random) : null,
    period_of_performance_star: recordType === AGGREGATE ? null : isoDay(signed),
    period_of_performance_curr: recordType === AGGREGATE
      ? null
      : isoDay(signed + random.pick([364, 729, 1095])),
    sai_number: random.chance(20) ? `SAI ${random.digits(6)}` : random.chance(20) ? "SAI EXEMPT" : null,
    record_type: recordType,
    record_type_description: RECORD_TYPES[recordType],
  };
  const rows: SampleRow[] = [];
  const transactions = random.pick([1, 1, 1, 2, 3]);
  for (let i = 0; i < transactions; i++) {
    const day = signed + i * random.whole(90, 200);
    const row: SampleRow = {
      ...award,
      ...keyColumns(office, listing.number, recordType, number, i),
      ...amountColumns(random, isLoan),
      ...drawCodes(random, lists, [i === 0 ? "new" : "later"]),
      action_date: isoDay(day),
      modified_at: `${isoDay(day + random.whole(5, 60))} ${random.whole(10, 23)}:${random.whole(10, 59)}:${
        random.whole(10, 59)
      }`,
      is_active: !random.chance(4),
    };
    rows.push(row);
    if (random.chance(6)) {
      row["is_active"] = false;
      rows.push({
        ...row,
        ...amountColumns(random, isLoan),
        ...drawCodes(random, lists, ["correction"]),
        modified_at: `${isoDay(day + random.whole(61, 300))} 12:00:00.5`,
        is_active: true,
      });
    }
  }
  return rows;
}

/** The keys of a transaction, put together as FABS does: aggregates have a URI, the others a FAIN. */
function keyColumns(
  office: typeof offices[number],
  listing: string,
  recordType: RecordType,
  number: number,
  transaction: number,
): SampleRow {
  const award = `${office.office.slice(0, 4)}${String(number).padStart(7, "0")}`;
  const isAggregate = recordType === AGGREGATE;
  const modification = transaction === 0 ? null : String(transaction).padStart(2, "0");
  const key = [
    office.sub_tier,
    isAggregate ? "-NONE-" : award,
    isAggregate ? award : "-NONE-",
    listing,
    modification ?? "-NONE-",
  ];
  return {
    afa_generated_unique: key.join("_"),
    unique_award_key: `ASST_${isAggregate ? "AGG" : "NON"}_${award}_${office.sub_tier}`,
    fain: isAggregate ? null : award,
    uri: isAggregate ? award : null,
    award_modification_amendme: modification,
  };
}

function amountColumns(random: Random, isLoan: boolean): SampleRow {
  const amount = random.cents(1_000_00, 40_000_000_00);
  if (isLoan) {
    return {
      face_value_loan_guarantee: money(amount),
      original_loan_subsidy_cost: money(Math.round(amount / 50)),
      total_funding_amount: "0",
    };
  }
  const obligation = random.chance(8) ? -amount : amount;
  const other = random.chance(25) ? Math.round(amount / 4) : 0;
  return {
    federal_action_obligation: money(obligation),
    non_federal_funding_amount: random.chance(60) ? money(other) : null,
    indirect_federal_sharing: random.chance(15) ? money(Math.round(amount / 10)) : null,
    total_funding_amount: money(obligation + other),
  };
}

function fundedColumns(random: Random, office: typeof offices[number]): SampleRow {
  const funding = random.chance(92)
    ? office
    : random.pickByShare(offices, ({ assistance }) => Number(assistance));
  return officeColumns(office, funding);
}

/** Who receives an award. Aggregates have many recipients and name none; of an individual nothing is told. */
function recipientColumns(random: Random, recipient: Recipient, recordType: RecordType): SampleRow {
  if (recordType !== NON_AGGREGATE) {
    return {
      awardee_or_recipient_legal: recordType === AGGREGATE ? "MULTIPLE RECIPIENTS" : "REDACTED DUE TO PII",
      business_types: "P",
      business_types_desc: "INDIVIDUAL",
      legal_entity_country_code: "USA",
      legal_entity_country_name: "UNITED STATES",
    };
  }
  const { place, foreignPlace } = recipient;
  return {
    uei: recipient.uei,
    awardee_or_recipient_legal: recipient.name,
    ultimate_parent_uei: recipient.parent.uei,
    ultimate_parent_legal_enti: recipient.parent.name,
    business_types: recipient.businessTypes,
    business_types_desc: businessTypes.find(({ code }) => code === recipient.businessTypes)!.description,
    legal_entity_address_line1: recipient.street,
    legal_entity_address_line2: recipient.secondLine,
    legal_entity_country_code: place ? "USA" : foreignPlace.country_code,
    legal_entity_country_name: place ? "UNITED STATES" : foreignPlace.country_name,
    legal_entity_city_code: place?.city_code ?? null,
    legal_entity_city_name: place?.city ?? null,
    legal_entity_state_code: place?.state_code ?? null,
    legal_entity_state_name: place?.state_name ?? null,
    legal_entity_zip5: place?.zip5 ?? null,
    legal_entity_zip_last4: place && random.chance(85) ? recipient.zipLast4 : null,
    legal_entity_county_code: place?.county_fips ?? null,
    legal_entity_county_name: place?.county ?? null,
    legal_entity_congressional: place?.district ?? null,
    legal_entity_foreign_city: place ? null : foreignPlace.city,
    legal_entity_foreign_provi: place ? null : foreignPlace.province,
    legal_entity_foreign_posta: place ? null : foreignPlace.postal_code,
  };
}

function performanceColumns(random: Random, recipient: Recipient, recordType: RecordType): SampleRow {
  if (!recipient.place) {
    const { city, country_code, country_name } = recipient.foreignPlace;
    return {
      place_of_performance_code: "00FORGN",
      place_of_performance_scope: "Foreign",
      place_of_perform_country_c: country_code,
      place_of_perform_country_n: country_name,
      place_of_performance_forei: city,
    };
  }
  const place = random.chance(75) ? recipient.place : random.pick(places);
  const inState = {
    place_of_perform_state_nam: place.state_name,
    place_of_perform_country_c: "USA",
    place_of_perform_country_n: "UNITED STATES",
  };
  const inCounty = {
    ...inState,
    place_of_perform_county_co: place.county_fips,
    place_of_perform_county_na: place.county,
  };
  if (recordType !== NON_AGGREGATE) {
    return random.chance(30)
      ? {
        ...inState,
        place_of_performance_code: `${place.state_code}*****`,
        place_of_performance_scope: "State-wide",
      }
      : {
        ...inCounty,
        place_of_performance_code: `${place.state_code}**${place.county_fips}`,
        place_of_performance_scope: "County-wide",
      };
  }
  return {
    ...inCounty,
    place_of_performance_code: place.state_code + place.city_code,
    place_of_performance_scope: "Single ZIP Code",
    place_of_performance_city: place.city,
    place_of_performance_zip4a: place.zip5 + recipient.zipLast4,
    place_of_performance_congr: place.district,
  };
}
