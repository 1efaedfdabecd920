import type { SampleRow } from "./row.ts";
import { cgacs, frecs } from "./vocabulary.ts";

/** The agencies that the other sample rows speak of, with the codes they have in reality. */
export function sampleAgencies(): { cgac: SampleRow[]; frec: SampleRow[] } {
  const ids = new Map(cgacs.map((agency, i) => [agency.cgac_code, i + 1]));
  return {
    cgac: cgacs.map((agency) => ({ ...agency, cgac_id: ids.get(agency.cgac_code)! })),
    frec: frecs.map(({ cgac_code, ...entity }) => ({ ...entity, cgac_id: ids.get(cgac_code)! })),
  };
}
