import text from "../../sql/reconciliations/differences.sql" with { type: "text" };
import { parseElements } from "../files/elements.ts";
import type { FileContents } from "../files/file_type.ts";
import table from "./differences.tsv" with { type: "text" };

const elements = parseElements(table);

/**
 * What a differences file holds: a line for each finding, by rule, row number and identifiers. Always
 * comma-separated.
 */
export const differences: FileContents = {
  elements,
  header: elements.map(({ header }) => header),
  delimiter: ",",
  query: { text, values: [] },
};
