import { COMPARED_PERIODS } from "../../lib/dev/sample/comparison.ts";
import type { Random } from "../helpers/random.ts";

/** A request body as a client sends it. */
export type Body = Record<string, unknown> & { file_type: string };

/**
 * The agency whose awards the run's own loads change; its files are asked for in the forms of `LOADED` alone.
 */
export const LOADED_AGENCY = "073";
/** The fiscal year and period whose accounts the run's own loads change. */
export const LOADED_PERIOD = { year: 2017, period: 3 } as const;
/** The days that the rows of those loads have. */
export const LOADED_DAYS = { from: "2015-01-01", to: "2015-12-31" } as const;
/** The agency with so many awards that its files go to S3 in parts, and the days it has them on. */
export const BIG_AGENCY = "097";
export const BIG_DAYS = { from: "2018-01-01", to: "2018-12-31" } as const;

const loadedAwards = { cgac_code: LOADED_AGENCY, start: "01/01/2015", end: "12/31/2015" };

/**
 * Every request for data that the run's own loads change: few, since each has to be judged after each load.
 */
export const LOADED: readonly Body[] = [
  { file_type: "D1", ...loadedAwards },
  { file_type: "D1", ...loadedAwards, agency_type: "funding", file_format: "txt" },
  { file_type: "D1", ...loadedAwards, start: "03/01/2015", end: "06/30/2015", compression: "gzip" },
  { file_type: "D2", ...loadedAwards },
  { file_type: "D2", ...loadedAwards, agency_type: "funding" },
  { file_type: "A", cgac_code: "020", ...LOADED_PERIOD },
  { file_type: "A", cgac_code: "097", ...LOADED_PERIOD, compression: "gzip" },
  { file_type: "A", frec_code: "1601", ...LOADED_PERIOD },
];

const AGENCIES: Record<string, string>[] = [
  ...["011", "012", "015", "016", "020", "036", "069", "070", "075", "077", "089", "097"].map((
    cgac_code,
  ) => ({
    cgac_code,
  })),
  ...["1601", "DE00"].map((frec_code) => ({ frec_code })),
];
const PERIODS = [[2017, 6], [2021, 6], [2024, 12]] as const;
/** Agencies that have published a File B of the periods that can be compared. */
const COMPARED_AGENCIES = ["012", "015", "020", "097"];
const DAY = 86_400_000;
const FIRST_DAY = Date.parse("2016-01-01");
const DAYS = 1000;
const REMEMBERED = 25;

/** Thinks of requests for files of every type, size and form; many are equal to a recent one. */
export class Requests {
  #recent: Body[] = [];

  next(random: Random): Body {
    if (this.#recent.length > 0 && random.chance(0.3)) return random.pick(this.#recent);
    const body = makeBody(random);
    this.#recent = [body, ...this.#recent].slice(0, REMEMBERED);
    return body;
  }
}

function makeBody(random: Random): Body {
  if (random.chance(0.15)) return random.pick(LOADED);
  if (random.chance(0.3)) return bigFile(random);
  const compression = random.chance(0.15) ? { compression: "gzip" } : {};
  if (random.chance(0.25)) {
    if (random.chance(0.3)) {
      const [year, period] = random.pick(COMPARED_PERIODS);
      return { file_type: "BOC", cgac_code: random.pick(COMPARED_AGENCIES), year, period, ...compression };
    }
    const [year, period] = random.pick(PERIODS);
    return { file_type: "A", ...random.pick(AGENCIES), year, period, ...compression };
  }
  const start = FIRST_DAY + random.below(DAYS) * DAY;
  const file_type = random.chance(0.6) ? "D1" : "D2";
  return {
    file_type,
    ...random.pick(AGENCIES),
    start: slashed(start),
    end: slashed(start + random.pick([0, 7, 30, 91, 365]) * DAY),
    ...random.chance(0.3) && { agency_type: "funding" },
    ...random.chance(0.3) && { file_format: "txt" },
    ...file_type === "D1" && random.chance(0.2) && { element_numbers: true },
    ...compression,
  };
}

/** Some 3 to 40 MB, uncompressed. */
function bigFile(random: Random): Body {
  const month = random.below(12);
  const months = random.pick([1, 3, 6, 12]);
  const end = Math.min(11, month + months - 1);
  return {
    file_type: "D1",
    cgac_code: BIG_AGENCY,
    start: slashed(Date.UTC(2018, month, 1)),
    end: slashed(Date.UTC(2018, end + 1, 0)),
    ...random.chance(0.2) && { element_numbers: true },
    ...random.chance(0.1) && { compression: "gzip" },
  };
}

/** A day as requests have it, `MM/DD/YYYY`. */
function slashed(milliseconds: number): string {
  const [year, month, day] = new Date(milliseconds).toISOString().slice(0, 10).split("-");
  return `${month}/${day}/${year}`;
}
