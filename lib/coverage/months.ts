/** The most months that are listed. */
export const MOST_MONTHS = 600;

/** A range of days, `YYYY-MM-DD`. */
interface Days {
  first: string;
  last: string;
}

/**
 * The months of a range, `YYYY-MM`, in order. Where they are more than `MOST_MONTHS`, only those from the
 * first to the last day on which there is anything; and of those the newest.
 *
 * @param filled from the first to the last day on which there is anything; undefined where there is nothing
 */
export function monthsOf(range: Days, filled: Days | undefined): string[] {
  const [first, last] = [numberOf(range.first), numberOf(range.last)];
  const isShort = last - first < MOST_MONTHS;
  const from = isShort ? first : Math.max(first, filled ? numberOf(filled.first) : first);
  const to = isShort ? last : Math.min(last, filled ? numberOf(filled.last) : last);
  const months = Math.max(0, Math.min(MOST_MONTHS, to - from + 1));
  return Array.from({ length: months }, (_, i) => nameOf(to - months + 1 + i));
}

const numberOf = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

const nameOf = (month: number): string =>
  `${String(Math.floor(month / 12)).padStart(4, "0")}-${String(month % 12 + 1).padStart(2, "0")}`;
