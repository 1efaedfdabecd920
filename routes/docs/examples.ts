import { fileTypes } from "../../lib/files/registry.ts";

/** Requests that every installation with the sample data can answer, by file type. */
export const EXAMPLES: ReadonlyMap<string, Record<string, unknown>> = new Map(
  fileTypes.map(({ code, example }) => [code, example]),
);
