import { readTsv } from "../../tsv.ts";
import accountsText from "./vocabulary/accounts.tsv" with { type: "text" };
import assistanceCodesText from "./vocabulary/assistance_codes.tsv" with { type: "text" };
import businessTypesText from "./vocabulary/business_types.tsv" with { type: "text" };
import cgacText from "./vocabulary/cgac.tsv" with { type: "text" };
import contractCodesText from "./vocabulary/contract_codes.tsv" with { type: "text" };
import foreignPlacesText from "./vocabulary/foreign_places.tsv" with { type: "text" };
import frecText from "./vocabulary/frec.tsv" with { type: "text" };
import listingsText from "./vocabulary/listings.tsv" with { type: "text" };
import naicsText from "./vocabulary/naics.tsv" with { type: "text" };
import officesText from "./vocabulary/offices.tsv" with { type: "text" };
import placesText from "./vocabulary/places.tsv" with { type: "text" };
import productsText from "./vocabulary/products.tsv" with { type: "text" };
import recipientKindsText from "./vocabulary/recipient_kinds.tsv" with { type: "text" };
import windowsText from "./vocabulary/windows.tsv" with { type: "text" };

const parseTable = <Column extends string>(tsv: string, ...columns: Column[]) => readTsv(tsv, columns);

/** Agencies of the Common Government-wide Accounting Classification. */
export const cgacs = parseTable(cgacText, "cgac_code", "agency_name");
/** Financial reporting entities, with the CGAC each belongs to. */
export const frecs = parseTable(frecText, "frec_code", "agency_name", "cgac_code", "is_frec");
/** Awarding and funding offices; how many contracts and assistance awards each makes, as shares. */
export const offices = parseTable(
  officesText,
  "agency",
  "sub_tier",
  "sub_tier_name",
  "office",
  "office_name",
  "contracts",
  "assistance",
);
/** Cities of the United States. */
export const places = parseTable(
  placesText,
  "state_code",
  "state_name",
  "state_fips",
  "city",
  "city_code",
  "county",
  "county_fips",
  "zip5",
  "district",
);
/** Cities elsewhere. */
export const foreignPlaces = parseTable(
  foreignPlacesText,
  "country_code",
  "country_name",
  "city",
  "province",
  "postal_code",
);
/** The industries of contracts (North American Industry Classification System). */
export const naics = parseTable(naicsText, "code", "description");
/** What contracts buy: product or service codes. */
export const products = parseTable(productsText, "code", "description");
/** Assistance listings, with the agency that runs each. */
export const listings = parseTable(listingsText, "agency", "number", "title");
/** The kinds of recipients of assistance. */
export const businessTypes = parseTable(businessTypesText, "code", "description");
/** Recipients: their share, how they are named, what holds of them. */
export const recipientKinds = parseTable(
  recipientKindsText,
  "share",
  "size",
  "business_types",
  "organizational_type",
  "name",
  "flags",
);

const codeColumns = ["code_column", "description_column", "applies", "share", "code", "description"] as const;
/** Elements of contracts that are a code and its description (see `drawCodes`). */
export const contractCodes = parseTable(contractCodesText, ...codeColumns);
/** Elements of assistance awards that are a code and its description (see `drawCodes`). */
export const assistanceCodes = parseTable(assistanceCodesText, ...codeColumns);

/** Treasury accounts; `years` is how long their funds are available, `X` without end. */
export const accounts = parseTable(
  accountsText,
  "ata",
  "aid",
  "years",
  "main",
  "sub",
  "title",
  "entity",
  "entity_name",
  "indicator",
  "bureau",
  "bureau_name",
  "function",
  "function_title",
  "subfunction",
  "subfunction_title",
  "authority",
);
/** When the submission windows of fiscal years and periods open and close. */
export const windows = parseTable(
  windowsText,
  "year",
  "period",
  "period_start",
  "publish_deadline",
  "certification_deadline",
);

const agencyNames = new Map([
  ...cgacs.map((agency) => [agency.cgac_code, agency.agency_name] as const),
  ...frecs.map((entity) => [entity.frec_code, entity.agency_name] as const),
]);

/** The name of an agency, by its CGAC or FREC. */
export const agencyName = (code: string): string => agencyNames.get(code)!;
