import fc from "fast-check";

/** Values that writers of CSV have stumbled over. */
const AWKWARD = [
  ...[
    "",
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    ",",
    "|",
    '"',
    '""',
    '"""',
    "'",
    "\\",
    "\\.",
    "\\.\n",
    "\n\\.",
  ],
  ...[
    "\\\\.",
    "\\N",
    "\\n",
    "\\,",
    '\\"',
    "\u001e",
    "\u001f",
    "\u001e\u001f",
    "\u001f\u001e",
    "\u001f\u001f",
    "\u0001",
  ],
  ...[
    "\u0002\u0003",
    "\u007f",
    "\u0085",
    "\u00a0",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\ufeffx",
    "\ufffd",
    "\ufffe",
    "\uffff",
  ],
  ...[
    "\ufdd0",
    "\u{1fffe}",
    "\u{10ffff}",
    "NULL",
    "null",
    "NaN",
    "t",
    "f",
    "0",
    "-0",
    "=1+1",
    "@SUM(A1)",
    "1,000.00",
  ],
  ...[
    " leading",
    "trailing ",
    "\u3000wide",
    "e\u0301\u0323",
    "\u0301",
    "👩‍👩‍👧‍👦",
    "𝄞",
    "𠜎𠜱",
    "‮right to left",
    "Ünïcödé",
    "日本語",
  ],
  ...[
    '5" PIPE',
    'SAID "NO", THEN "YES"',
    "A|B",
    "A,B",
    "LINE\nBREAK",
    "CR\rONLY",
    "CR\r\nLF",
    '"',
    "x\u001fy",
    "x\u001ey",
  ],
];

const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most });

const codePoints = (min: number, max: number) =>
  fc.integer({ min, max }).map((code) => String.fromCodePoint(code));

/** Any character but NUL, which Postgres cannot hold, and surrogates, which are no characters. */
const someCharacter = fc.oneof(
  { weight: 3, arbitrary: codePoints(0x20, 0x7e) },
  { weight: 3, arbitrary: fc.constantFrom(..."\",|\n\r\t\\ .'\u001e\u001f\u0001") },
  codePoints(1, 0x1f),
  codePoints(0x80, 0xd7ff),
  codePoints(0xe000, 0xffff),
  codePoints(0x10000, 0x10ffff),
  codePoints(0x300, 0x36f).map((mark) => `e${mark}`),
);

/** A text: a usual one, an awkward one, or a made-up one. */
export const someText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(999_999).map((number) => `${number} MAIN ST`) },
  { weight: 3, arbitrary: fc.constantFrom(...AWKWARD) },
  { weight: 3, arbitrary: fc.string({ unit: someCharacter, maxLength: 16 }) },
  { weight: 1, arbitrary: fc.string({ unit: someCharacter, maxLength: 60, size: "max" }) },
);

/** A number as Postgres reads it, with any number of places and zeros. */
const someNumeric = fc.oneof(
  {
    weight: 99,
    arbitrary: fc.tuple(
      fc.constantFrom("", "", "-"),
      fc.oneof(
        { weight: 30, arbitrary: fc.nat(999_999_999).map(String) },
        { weight: 1, arbitrary: digits(60, 60).map((text) => `1${text}`) },
      ),
      fc.constantFrom(0, 0, 1, 2, 2, 2, 5, 20).chain((places) => digits(places, places)),
    ).map(([sign, whole, places]) => sign + whole + (places === "" ? "" : `.${places}`)),
  },
  fc.constantFrom("NaN", "Infinity", "-Infinity"),
);

const padded = (min: number, max: number) => fc.integer({ min, max }).map((n) => String(n).padStart(2, "0"));

const someDay = fc.oneof(
  {
    weight: 49,
    arbitrary: fc.tuple(fc.integer({ min: 1900, max: 2100 }).map(String), padded(1, 12), padded(1, 28))
      .map((parts) => parts.join("-")),
  },
  fc.constantFrom("infinity", "-infinity", "0044-03-15 BC", "0001-01-01", "12024-02-29", "99999-12-31"),
);

const someTimestamp = fc.oneof(
  {
    weight: 49,
    arbitrary: fc.tuple(
      fc.tuple(fc.integer({ min: 1990, max: 2030 }).map(String), padded(1, 12), padded(1, 28)),
      fc.tuple(padded(0, 23), padded(0, 59), padded(0, 59)),
      fc.option(digits(1, 6), { nil: "" }),
    ).map(([day, time, fraction]) => `${day.join("-")} ${time.join(":")}${fraction && `.${fraction}`}`),
  },
  fc.constantFrom("infinity", "-infinity", "0044-03-15 12:00:00 BC", "294276-12-31"),
);

const someArray = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: someText.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`) },
    fc.constant("NULL"),
  ),
  { maxLength: 4 },
).map((items) => `{${items.join(",")}}`);

const BY_TYPE: Record<string, fc.Arbitrary<string | boolean>> = {
  text: someText,
  boolean: fc.boolean(),
  numeric: someNumeric,
  integer: fc.oneof(
    fc.constantFrom("-2147483648", "2147483647", "0"),
    fc.maxSafeInteger().map((n) => String(n % 10_000)),
  ),
  bigint: fc.oneof(fc.constantFrom("-9223372036854775808", "9223372036854775807", "0"), digits(15, 15)),
  date: someDay,
  "timestamp without time zone": someTimestamp,
  "text[]": someArray,
};

/** A value of a Postgres type (named as `format_type` does), or NULL in every fifth case. */
export function someValue(type: string): fc.Arbitrary<string | boolean | null> {
  const values = BY_TYPE[type];
  if (!values) throw new Error(`there are no values to try of the type ${type}`);
  return fc.option(values, { freq: 4 });
}
