import type { Random } from "./random.ts";
import { money, type SampleRow } from "./row.ts";

/**
 * The amounts of an award's transactions, the base first: what each obligates, and the totals that follow
 * from it. A vehicle that orders are placed under obligates nothing itself.
 */
export function contractAmounts(random: Random, transactions: number, isVehicle: boolean): SampleRow[] {
  const options = random.chance(50) ? random.whole(1, 4) : 0;
  const base = random.cents(2_500_00, 9_000_000_00);
  const rows: SampleRow[] = [];
  let obligated = 0;
  let current = 0;
  let potential = 0;
  for (let i = 0; i < transactions; i++) {
    const isEnd = i > 0 && i === transactions - 1;
    const change = i === 0
      ? base
      : isEnd && random.chance(50)
      ? -Math.round(obligated * random.next() / 4)
      : laterChange(random, base);
    const obligation = isVehicle ? 0 : change;
    const whole = i === 0 ? base * (1 + options) : Math.max(change, 0);
    obligated += obligation;
    current += isVehicle ? 0 : change;
    potential += whole;
    rows.push({
      federal_action_obligation: money(obligation),
      total_obligated_amount: money(obligated),
      base_exercised_options_val: isVehicle ? null : money(change),
      current_total_value_award: isVehicle ? null : money(current),
      base_and_all_options_value: money(whole),
      potential_total_value_awar: money(potential),
    });
  }
  return rows;
}

/** Half of the modifications change no amount. */
const laterChange = (random: Random, base: number) =>
  random.chance(50) ? 0 : Math.round(base * random.next());
