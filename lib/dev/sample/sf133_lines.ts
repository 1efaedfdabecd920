import type { Random } from "./random.ts";
import { money, type SampleRow } from "./row.ts";

/** Since then amounts are reported by Disaster Emergency Fund Code. */
const FIRST_YEAR_WITH_CODES = 2021;
// Q is everything that is no disaster or emergency, N the CARES Act.
const USUAL_CODE = "Q", EMERGENCY_CODE = "N";

/**
 * The lines of an account's SF-133 report, such as would add up: balances brought forward and their
 * adjustments (1000 to 1070) and new authority make the resources (1910); obligations (2190) and what is left
 * (2490) their status (2500).
 *
 * @param isNew whether the funds became available in this very year: nothing is brought forward then
 * @param authority the line of the account's new authority, such as 1160 for an appropriation
 */
export function reportLines(
  random: Random,
  { year, period, isNew, authority }: { year: number; period: number; isNew: boolean; authority: string },
): SampleRow[] {
  const broughtForward = isNew ? 0 : random.cents(20_000_00, 900_000_000_00);
  const share = (percent: number) => Math.round(broughtForward * random.next() * percent / 100);
  const adjustments: [line: number, cents: number][] = isNew ? [] : [
    [1010, -share(1)],
    [1011, share(1)],
    [1012, random.chance(30) ? share(2) : 0],
    [1021, share(4)],
    [1033, share(2)],
    [1042, share(1)],
    ...(year >= FIRST_YEAR_WITH_CODES ? [[1061, share(1)], [1067, -share(1)]] as [number, number][] : []),
  ];
  const expired = !isNew && random.chance(20);
  const newAuthority = expired ? 0 : random.cents(1_000_000_00, 9_000_000_000_00);
  const collections = authority !== "1750" && random.chance(40) ? Math.round(newAuthority / 20) : 0;
  const balance = broughtForward + adjustments.reduce((sum, [, cents]) => sum + cents, 0);
  const resources = balance + newAuthority + collections;
  const obligations = Math.round(resources * (0.2 + 0.7 * random.next()) * period / 12);
  const lines: [line: number, cents: number][] = [
    [1000, broughtForward],
    ...adjustments,
    [1070, balance],
    [Number(authority), newAuthority],
    ...(authority === "1750" ? [] : [[1750, collections]] as [number, number][]),
    [1910, resources],
    [2190, obligations],
    [2490, resources - obligations],
    [2500, resources],
    [3020, -Math.round(obligations * (0.5 + 0.5 * random.next()))],
  ];
  const emergency = year >= FIRST_YEAR_WITH_CODES && random.chance(25) ? 0.2 : 0;
  return lines.flatMap(([line, cents]) => {
    const row = { line, by_direct_reimbursable_fun: "D", bea_category: line === 1260 ? "M" : "D" };
    if (year < FIRST_YEAR_WITH_CODES) return [{ ...row, amount: money(cents) }];
    const part = Math.round(cents * emergency);
    return [
      { ...row, disaster_emergency_fund_code: USUAL_CODE, amount: money(cents - part) },
      ...(part ? [{ ...row, disaster_emergency_fund_code: EMERGENCY_CODE, amount: money(part) }] : []),
    ];
  });
}
