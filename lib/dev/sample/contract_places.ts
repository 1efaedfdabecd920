import d1 from "../../files/elements/d1.tsv" with { type: "text" };
import { readTsv } from "../../tsv.ts";
import type { Random } from "./random.ts";
import type { Recipient } from "./recipients.ts";
import type { SampleRow } from "./row.ts";
import { places } from "./vocabulary.ts";

const USA = { code: "USA", name: "UNITED STATES" };

// Each element of D1 that is a flag, false until something says otherwise.
const noFlags: SampleRow = Object.fromEntries(
  readTsv(d1).filter((element) => element.written_as === "t/f").map((element) => [element.column!, false]),
);

/** Who has an award: name, address and what holds of the business. */
export function contractorColumns(recipient: Recipient): SampleRow {
  const { place, foreignPlace, zipLast4 } = recipient;
  return {
    ...noFlags,
    ...Object.fromEntries(recipient.flags.map((flag) => [flag, true])),
    awardee_or_recipient_uei: recipient.uei,
    awardee_or_recipient_legal: recipient.name,
    vendor_doing_as_business_n: recipient.tradeName,
    cage_code: recipient.cage,
    ultimate_parent_uei: recipient.parent.uei,
    ultimate_parent_legal_enti: recipient.parent.name,
    organizational_type: recipient.organizationalType,
    contracting_officers_deter: recipient.size,
    contracting_officers_desc: recipient.size === "S" ? "SMALL BUSINESS" : "OTHER THAN SMALL BUSINESS",
    domestic_or_foreign_entity: place ? "A" : "C",
    domestic_or_foreign_e_desc: place
      ? "U.S. OWNED BUSINESS"
      : "FOREIGN-OWNED BUSINESS NOT INCORPORATED IN THE U.S.",
    legal_entity_country_code: place ? USA.code : foreignPlace.country_code,
    legal_entity_country_name: place ? USA.name : foreignPlace.country_name,
    legal_entity_address_line1: recipient.street,
    legal_entity_address_line2: recipient.secondLine,
    legal_entity_city_name: place ? place.city : foreignPlace.city,
    legal_entity_county_code: place?.county_fips ?? null,
    legal_entity_county_name: place?.county ?? null,
    legal_entity_state_code: place?.state_code ?? null,
    legal_entity_state_descrip: place ? place.state_name : foreignPlace.province,
    legal_entity_zip4: place ? place.zip5 + zipLast4 : foreignPlace.postal_code,
    legal_entity_zip5: place?.zip5 ?? null,
    legal_entity_zip_last4: place ? zipLast4 : null,
    legal_entity_congressional: place?.district ?? null,
    vendor_phone_number: recipient.phone,
    vendor_fax_number: recipient.fax,
    business_categories: [recipient.size === "S" ? "small_business" : "other_than_small_business"],
  };
}

/** Where an award is performed: at home more often than not. */
export function performanceColumns(random: Random, recipient: Recipient): SampleRow {
  if (!recipient.place) {
    const { city, country_code, country_name } = recipient.foreignPlace;
    return {
      place_of_perform_city_name: city,
      place_of_perform_country_c: country_code,
      place_of_perf_country_desc: country_name,
    };
  }
  const place = random.chance(65) ? recipient.place : random.pick(places);
  return {
    place_of_perform_city_name: place.city,
    place_of_perform_county_co: place.county_fips,
    place_of_perform_county_na: place.county,
    place_of_performance_state: place.state_code,
    place_of_perfor_state_desc: place.state_name,
    place_of_performance_zip4a: random.chance(90) ? place.zip5 + recipient.zipLast4 : place.zip5,
    place_of_performance_zip5: place.zip5,
    place_of_performance_congr: place.district,
    place_of_perform_country_c: USA.code,
    place_of_perf_country_desc: USA.name,
  };
}
