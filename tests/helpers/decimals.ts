/** Exact decimal numbers, as plainly as can be: for the models that tests compare the service with. */

/** A decimal number: so many units of its last place, and how many places there are behind the point. */
export interface Decimal {
  units: bigint;
  scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };

/** The number that a text is: digits, perhaps a minus before and a point among them. */
export function decimal(text: string): Decimal {
  const [whole, places = ""] = text.split(".");
  return { units: BigInt(whole + places), scale: places.length };
}

/** The sum of two; of the places behind the point it has as many as the one with more. */
export function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return {
    units: a.units * 10n ** BigInt(scale - a.scale) + b.units * 10n ** BigInt(scale - b.scale),
    scale,
  };
}

/** What is left of the first without the second. */
export const minus = (a: Decimal, b: Decimal): Decimal => plus(a, { units: -b.units, scale: b.scale });

/** The sum of those that are there; of none it is 0. */
export const sumOf = (amounts: (string | null)[]): Decimal =>
  amounts.filter((amount) => amount !== null).map(decimal).reduce(plus, ZERO);

/** As Postgres writes it. */
export function written({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  return (units < 0n ? "-" : "") + digits.slice(0, point) + (scale > 0 ? `.${digits.slice(point)}` : "");
}
