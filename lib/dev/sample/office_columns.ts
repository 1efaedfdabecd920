import type { SampleRow } from "./row.ts";
import { agencyName, type offices } from "./vocabulary.ts";

type Office = typeof offices[number];

/** The columns of the office that awards, and of the one that funds. */
export const officeColumns = (awarding: Office, funding: Office): SampleRow => ({
  awarding_agency_code: awarding.agency,
  awarding_agency_name: agencyName(awarding.agency),
  awarding_sub_tier_agency_c: awarding.sub_tier,
  awarding_sub_tier_agency_n: awarding.sub_tier_name,
  awarding_office_code: awarding.office,
  awarding_office_name: awarding.office_name,
  funding_agency_code: funding.agency,
  funding_agency_name: agencyName(funding.agency),
  funding_sub_tier_agency_co: funding.sub_tier,
  funding_sub_tier_agency_na: funding.sub_tier_name,
  funding_office_code: funding.office,
  funding_office_name: funding.office_name,
});
