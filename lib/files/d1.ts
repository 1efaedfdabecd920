import awarding from "../../sql/files/d1_awarding.sql" with { type: "text" };
import funding from "../../sql/files/d1_funding.sql" with { type: "text" };
import elements from "./elements/d1.tsv" with { type: "text" };
import { awardFile } from "./award_file.ts";

/** File D1, procurement awards: 267 elements of `detached_award_procurement`. */
export const d1 = awardFile({
  code: "D1",
  title: "contracts",
  example: { cgac_code: "020", start: "01/01/2016", end: "03/31/2016" },
  source: "detached_award_procurement",
  orderedBy: ["detached_award_proc_unique", "detached_award_procurement_id"],
  elements,
  amounts: ["federal_action_obligation"],
  telling: [
    "piid",
    "action_date",
    "federal_action_obligation",
    "awardee_or_recipient_legal",
    "awarding_sub_tier_agency_n",
    "award_description",
  ],
  numbered: true,
  queries: { awarding, funding },
});
