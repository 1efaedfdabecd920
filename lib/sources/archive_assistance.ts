import { archiveSource } from "./archive.ts";
import mapping from "./archive/usaspending_assistance.tsv" with { type: "text" };

/**
 * Financial assistance transactions of the USAspending Award Data Archive, which make file D2. The archive
 * holds what is in force: a row from it is active, and takes the place of the active row of its key.
 */
export const archiveAssistance = archiveSource({
  name: "archive-assistance",
  title: "a USAspending Award Data Archive CSV of financial assistance",
  table: "published_fabs",
  id: "published_fabs_id",
  key: "afa_generated_unique",
  modified: "modified_at",
  mapping,
  deltaColumns: ["agency_id"],
  among: "t.is_active",
  fixed: { is_active: "true" },
});
