/**
 * File A once more, as plainly as its rules read and by other means than the service's SQL: what tests
 * compare it with. Amounts are decimal numbers as text; they are added up as whole numbers, never as floats.
 */

type Cell = string | null;
export interface ModelTables {
  tas_lookup: {
    tas: string;
    fr_entity_type: Cell;
    financial_indicator2: Cell;
  }[];
  sf_133: {
    tas: string;
    display_tas: Cell;
    /** Its parts; the first is the allocation transfer agency, the second the agency identifier. */
    account: Cell[];
    fiscal_year: number;
    period: number;
    line: number;
    amount: string;
  }[];
  tas_failed_edits: {
    tas: string;
    fiscal_year: number;
    period: number;
    severity: Cell;
    atb_submission_status: Cell;
    approved_override_exists: boolean | null;
  }[];
  submission_window_schedule: { year: number; period: number; period_start: Cell }[];
  /** The CGAC that each FREC belongs to. */
  frec: Record<string, string>;
}

const SAME_AGENCY: Record<string, string[]> = {
  "097": ["017", "021", "057", "097"],
  "020": ["020", "580", "373"],
  "077": ["077", "071"],
  "089": ["089", "486"],
};
const FREC_ALSO: Record<string, string> = { "1601": "016", "1125": "011", "1100": "256" };
const MOVED = "020-X-5688-000";

/** What tells whose account it is. */
export interface Owned {
  ata: Cell;
  aid: Cell;
  display_tas: Cell;
  fr_entity_type: Cell;
}

/**
 * Whether an account is the asked agency's.
 *
 * @param cgacOf the CGAC that each FREC belongs to
 */
export function belongs(cgacOf: Record<string, string>, account: Owned, code: string): boolean {
  const { ata, aid, fr_entity_type: entity } = account;
  const display = account.display_tas?.toUpperCase() ?? null;
  if (code === "070" && display === MOVED) return true;
  if (code === "020" && (display === MOVED || display === null)) return false;
  const isCgac = code.length === 3;
  const codes = isCgac ? SAME_AGENCY[code] ?? [code] : [code, ...(FREC_ALSO[code] ? [FREC_ALSO[code]] : [])];
  if (ata !== null) return codes.includes(ata);
  if (isCgac) {
    return codes.includes(aid ?? "") || (aid === "011" && entity !== null && cgacOf[entity] === code);
  }
  return entity === code || (code === "1100" && aid === "256");
}

function status(tables: ModelTables, tas: string, year: number, period: number): Cell {
  const window = tables.submission_window_schedule.find((row) => row.year === year && row.period === period);
  if (!window) return null;
  if (window.period_start !== null && Date.parse(`${window.period_start}Z`) > Date.now()) {
    return "GTAS window open";
  }
  const edits = tables.tas_failed_edits.filter((row) => row.fiscal_year === year && row.period === period);
  if (edits.length === 0) return null;
  const fatal = edits.filter((row) => row.tas === tas && row.severity?.toLowerCase() === "fatal");
  if (fatal.length === 0) return "passed required edits";
  const rank = (row: typeof fatal[number]) => [..."FEPC"].indexOf(row.atb_submission_status ?? "") >>> 0;
  const first = fatal.reduce((best, row) => rank(row) < rank(best) ? row : best);
  if (first.approved_override_exists === false) return "failed fatal edit - no override";
  if (first.approved_override_exists === null) return "passed required edits - override";
  switch (first.atb_submission_status) {
    case "F":
      return "failed fatal edit - override";
    case "P":
      return "pending certification - override";
    case "C":
      return "certified - override";
    default:
      return "passed required edits - override";
  }
}

/** The lines that each amount of file A adds up, in the order of its columns. */
function columnLines(year: number): ((line: number) => boolean)[] {
  const among = (...lines: number[]) => (line: number) => lines.includes(line);
  return [
    among(1910),
    among(1160, 1180, 1260, 1280),
    among(1000),
    (line) => line >= 1010 && line <= (year > 2020 ? 1067 : 1042),
    among(1540, 1640, 1340, 1440, 1750, 1850),
    among(1540, 1640),
    among(1340, 1440),
    among(1750, 1850),
    among(2500),
    among(2190),
    among(3020),
    among(2490),
    among(1021, 1033),
  ];
}

/** The sum with as many places as the amount that has most; of none it is 0. */
export function sum(amounts: string[]): string {
  const places = Math.max(0, ...amounts.map((amount) => amount.split(".")[1]?.length ?? 0));
  const total = amounts.reduce((so, amount) => {
    const [whole, fraction = ""] = amount.split(".");
    return so + BigInt(whole + fraction.padEnd(places, "0"));
  }, 0n);
  const digits = String(total < 0n ? -total : total).padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return total < 0n ? `-${text}` : text;
}

/** The records of a file A, each as its cells, in the promised order. */
export function modelRecords(tables: ModelTables, code: string, year: number, period: number): Cell[][] {
  const groups = new Map<string, { account: Cell[]; status: Cell; rows: ModelTables["sf_133"] }>();
  for (const row of tables.sf_133) {
    if (row.fiscal_year !== year || row.period !== period) continue;
    for (const account of tables.tas_lookup) {
      const [ata, aid] = row.account as [Cell, Cell];
      const owned = { ata, aid, display_tas: row.display_tas, fr_entity_type: account.fr_entity_type };
      if (
        account.tas !== row.tas || account.financial_indicator2 === "F" || !belongs(tables.frec, owned, code)
      ) continue;
      const group = { account: row.account, status: status(tables, row.tas, year, period), rows: [] };
      const key = JSON.stringify([group.account, group.status]);
      if (!groups.has(key)) groups.set(key, group);
      groups.get(key)!.rows.push(row);
    }
  }
  const order = (a: Cell[], b: Cell[]) => {
    const at = a.findIndex((value, i) => value !== b[i]);
    return at < 0 ? 0 : (a[at] ?? "~") < (b[at] ?? "~") ? -1 : 1;
  };
  return [...groups.values()].toSorted((a, b) => order([...a.account, a.status], [...b.account, b.status]))
    .map((group) => [
      ...group.account,
      ...columnLines(year).map((has) =>
        sum(group.rows.filter((row) => has(row.line)).map((row) => row.amount))
      ),
      group.status,
    ]);
}
