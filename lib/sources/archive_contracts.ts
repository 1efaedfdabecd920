import { archiveSource } from "./archive.ts";
import mapping from "./archive/usaspending_contracts.tsv" with { type: "text" };

/** Contract transactions of the USAspending Award Data Archive, which make file D1. */
export const archiveContracts = archiveSource({
  name: "archive-contracts",
  title: "a USAspending Award Data Archive CSV of contracts",
  table: "detached_award_procurement",
  id: "detached_award_procurement_id",
  key: "detached_award_proc_unique",
  modified: "last_modified",
  mapping,
  deltaColumns: ["agency_id"],
});
