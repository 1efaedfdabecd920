import { fileTypes } from "../../lib/files/registry.ts";

/** Requests that every installation with the sample data can answer, by file type. */
export const EXAMPLES: ReadonlyMap<string, Record<string, unknown>> = new Map(
  fileTypes.map(({ code, example }) => [code, example]),
);

/** The fields of a form by which a File C is sent to be reconciled, as curl writes them. */
export const FORM_EXAMPLE: readonly (readonly [name: string, value: string])[] = [
  ["kind", "C"],
  ["cgac_code", "020"],
  ["start", "01/01/2016"],
  ["end", "03/31/2016"],
  ["file", "@my_c.csv"],
];
