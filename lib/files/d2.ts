import awarding from "../../sql/files/d2_awarding.sql" with { type: "text" };
import funding from "../../sql/files/d2_funding.sql" with { type: "text" };
import elements from "./elements/d2.tsv" with { type: "text" };
import { awardFile } from "./award_file.ts";

/** File D2, financial assistance awards: 76 elements of the active rows of `published_fabs`. */
export const d2 = awardFile({
  code: "D2",
  title: "financial assistance",
  example: {
    cgac_code: "012",
    start: "10/01/2015",
    end: "09/30/2016",
    agency_type: "funding",
    file_format: "txt",
    compression: "gzip",
  },
  source: "published_fabs",
  orderedBy: ["afa_generated_unique", "published_fabs_id"],
  elements,
  amounts: [
    "federal_action_obligation",
    "face_value_loan_guarantee",
    "original_loan_subsidy_cost",
    "non_federal_funding_amount",
  ],
  telling: [
    "fain",
    "uri",
    "action_date",
    "federal_action_obligation",
    "awardee_or_recipient_legal",
    "awarding_sub_tier_agency_n",
    "award_description",
  ],
  numbered: false,
  queries: { awarding, funding },
});
