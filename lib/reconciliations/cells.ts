import { isDay } from "../calendar.ts";

/** What is trimmed from a value: Python's white space. */
export const WHITE_SPACE =
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

const trimmed = (text: string): string => trimmedOf(text, WHITE_SPACE);

function trimmedOf(text: string, characters: string): string {
  let from = 0, to = text.length;
  while (from < to && characters.includes(text[from]!)) from++;
  while (to > from && characters.includes(text[to - 1]!)) to--;
  return text.slice(from, to);
}

/**
 * What a cell says: trimmed, and without the quotes at both ends where it begins and ends with one; nothing
 * is null.
 */
export function cleaned(text: string): string | null {
  const bare = trimmed(text);
  if (!bare.startsWith('"') || !bare.endsWith('"')) return bare || null;
  return trimmed(trimmedOf(bare, '"')) || null;
}

/** Longer numbers are none: of money nobody writes so many digits, and Postgres could not keep them all. */
const MOST_DIGITS = 1000;
/** Larger exponents are none: a few characters would become a number of thousands of digits. */
const LARGEST_EXPONENT = 100;

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d{1,4}))?$/;

/**
 * A number as Postgres reads it, its scale kept; undefined where the text is none. A text with commas loses
 * them where the rest of it, less its first point and its first minus, is only digits.
 */
export function numberText(text: string): string | undefined {
  const plain = text.includes(",") ? withoutCommas(text) : text;
  if (plain.length > MOST_DIGITS) return undefined;
  const found = NUMBER.exec(plain);
  return found && Math.abs(Number(found[1] ?? 0)) <= LARGEST_EXPONENT ? plain : undefined;
}

function withoutCommas(text: string): string {
  const rest = text.replaceAll(",", "");
  return /^\d+$/.test(rest.replace(".", "").replace("-", "")) ? rest : text;
}

/**
 * Whether bytes are a number in its usual form: an optional minus, digits, and perhaps a point among them.
 */
export function isUsualNumber(bytes: Uint8Array, from: number, to: number): boolean {
  let digits = 0, points = 0;
  for (let i = bytes[from] === 0x2d ? from + 1 : from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) digits++;
    else if (byte === 0x2e) points++;
    else return false;
  }
  return digits > 0 && points <= 1 && to - from <= MOST_DIGITS;
}

/** Whether a text is a day as `YYYYMMDD`. */
export const isDayText = (text: string): boolean =>
  /^\d{8}$/.test(text) && isDay(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)));
