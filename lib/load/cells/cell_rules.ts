import { isDay } from "../../calendar.ts";

/** How the cells of one column are read. */
export interface CellRule {
  /** What a cell may be, as the end of a sentence: "… wanted a date as YYYY-MM-DD". */
  wanted: string;
  /**
   * Whether these bytes (never none) may go to Postgres as they stand: the usual case, without making a
   * string.
   */
  usual(bytes: Uint8Array, from: number, to: number): boolean;
  /**
   * What goes to Postgres for any other text; `null` for NULL, `undefined` where the text is not what was
   * wanted.
   */
  convert(text: string): string | null | undefined;
  /** The most bytes that such a cell can have; a longer one is wrong, and nothing looks at it. */
  longest?: number;
}

/**
 * The most bytes that a number can have: so many digits Postgres takes wherever they stand (131,072 before
 * the point, 16,383 behind it).
 */
export const LONGEST_NUMBER = 16_383;
const LONGEST = 200;

const ZERO = 0x30, NINE = 0x39, DASH = 0x2d, DOT = 0x2e, PLUS = 0x2b;
const isDigit = (byte: number) => byte >= ZERO && byte <= NINE;

/** Any text, kept as it is. */
export const text: CellRule = {
  wanted: "a text",
  usual: () => true,
  convert: (value) => value,
};

/** `t`/`f` or `true`/`false`, in any letter case. */
export const boolean: CellRule = {
  wanted: "t or f",
  longest: LONGEST,
  usual: (bytes, from, to) => to - from === 1 && (bytes[from] === 0x74 || bytes[from] === 0x66),
  convert: (value) => /^(t|true)$/i.test(value) ? "t" : /^(f|false)$/i.test(value) ? "f" : undefined,
};

/** Any spelling of a boolean that Postgres takes. */
export const postgresBoolean: CellRule = {
  ...boolean,
  wanted: "t or f (or another spelling of a boolean that Postgres takes)",
  convert: (value) => {
    const word = value.trim().toLowerCase();
    if (word === "") return undefined;
    if ("true".startsWith(word) || "yes".startsWith(word) || word === "on" || word === "1") return "t";
    if (
      "false".startsWith(word) || "no".startsWith(word) || word === "of" || word === "off" || word === "0"
    ) {
      return "f";
    }
    return undefined;
  },
};

const DATE_AND_TIME =
  /^(\d{4}-\d\d-\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?)?$/;

/** `YYYY-MM-DD`; a time after it is dropped. */
export const date: CellRule = {
  wanted: "a date as YYYY-MM-DD",
  longest: LONGEST,
  usual: (bytes, from, to) => to - from === 10 && isIsoDay(bytes, from),
  convert: (value) => {
    const found = DATE_AND_TIME.exec(value.trim())?.[1];
    return found && isDay(+found.slice(0, 4), +found.slice(5, 7), +found.slice(8)) ? found : undefined;
  },
};

/**
 * A date as `date` has it, or in the other two spellings without a doubt that older databases hold as text.
 */
export const postgresDate: CellRule = {
  ...date,
  wanted: "a date as YYYY-MM-DD, YYYYMMDD or MM/DD/YYYY",
  convert: (value) => {
    const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(value.trim()) ?? [];
    const [, americanMonth, americanDay, americanYear] = /^(\d\d?)\/(\d\d?)\/(\d{4})$/.exec(value.trim()) ??
      [];
    if (year) return date.convert(`${year}-${month}-${day}`);
    if (!americanYear) return date.convert(value);
    return date.convert(
      `${americanYear}-${americanMonth!.padStart(2, "0")}-${americanDay!.padStart(2, "0")}`,
    );
  },
};

function isIsoDay(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return false;
  for (let i = 0; i < 10; i++) if (i !== 4 && i !== 7 && !isDigit(bytes[at + i]!)) return false;
  const digit = (i: number) => bytes[at + i]! - ZERO;
  return isDay(
    digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3),
    digit(5) * 10 + digit(6),
    digit(8) * 10 + digit(9),
  );
}

/** `YYYY-MM-DD`, with or without a time of day, which is kept; a time zone is dropped, as Postgres does. */
export const timestamp: CellRule = {
  wanted: "a date and time as YYYY-MM-DD HH:MM:SS",
  longest: LONGEST,
  usual: (bytes, from, to) => to - from === 10 && isIsoDay(bytes, from),
  convert: (value) => {
    const trimmed = value.trim();
    return DATE_AND_TIME.test(trimmed) && date.convert(trimmed) !== undefined ? trimmed : undefined;
  },
};

/** A decimal number without exponent or separators, its scale kept. */
export const decimal: CellRule = {
  wanted: "a number such as -1234.50",
  longest: LONGEST_NUMBER,
  usual: (bytes, from, to) => {
    if (to - from > LONGEST_NUMBER) return false;
    let digits = 0, dots = 0;
    for (let i = bytes[from] === DASH || bytes[from] === PLUS ? from + 1 : from; i < to; i++) {
      if (isDigit(bytes[i]!)) digits++;
      else if (bytes[i] === DOT) dots++;
      else return false;
    }
    return digits > 0 && dots <= 1;
  },
  convert: (value) => /^\s*[-+]?(\d+(\.\d*)?|\.\d+)\s*$/.test(value) ? value.trim() : undefined,
};

/** Any number that Postgres takes as `numeric`. */
export const postgresNumber: CellRule = {
  ...decimal,
  wanted: "a number",
  convert: (value) =>
    /^\s*([-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d{1,4})?|NaN|[-+]?inf(inity)?)\s*$/i.test(value)
      ? value.trim()
      : undefined,
};

/** A whole number that fits so many bytes. */
export function integer(bytes: 4 | 8): CellRule {
  const most = 2n ** BigInt(bytes * 8 - 1);
  return {
    wanted: `a whole number between ${-most} and ${most - 1n}`,
    longest: LONGEST,
    usual: (cell, from, to) => {
      if (to - from > 9) return false;
      for (let i = from; i < to; i++) if (!isDigit(cell[i]!)) return false;
      return true;
    },
    convert: (value) => {
      const trimmed = value.trim();
      if (!/^[-+]?\d+$/.test(trimmed)) return undefined;
      const number = BigInt(trimmed.replace("+", ""));
      return number >= -most && number < most ? trimmed : undefined;
    },
  };
}

/** An array of texts as Postgres writes it: `{one,"two, with a comma",NULL}`. */
export const textArray: CellRule = {
  wanted: `an array of texts such as {one,"two, three"}`,
  usual: () => false,
  convert: (value) => isTextArray(value) ? value : undefined,
};

// By a loop, because a regular expression runs out of stack in a long one.
function isTextArray(text: string): boolean {
  if (text === "{}") return true;
  if (text[0] !== "{") return false;
  for (let at = 1;; at++) {
    const start = at;
    if (text[at] === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
      at++;
    } else {
      while (at < text.length && !/[\s{},"\\]/.test(text[at]!)) at++;
      if (at === start) return false;
    }
    if (text[at] !== ",") return text[at] === "}" && at === text.length - 1;
  }
}

/**
 * The rule for a type of Postgres, as `format_type` names it, where values are read as Postgres itself reads
 * them.
 */
export function ruleForType(type: string): CellRule {
  switch (type) {
    case "text":
      return text;
    case "boolean":
      return postgresBoolean;
    case "date":
      return postgresDate;
    case "timestamp without time zone":
      return timestamp;
    case "numeric":
      return postgresNumber;
    case "integer":
      return integer(4);
    case "bigint":
      return integer(8);
    case "text[]":
      return textArray;
  }
  throw new Error(`No rule reads a column of type ${type}.`);
}
