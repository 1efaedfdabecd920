import type { Random } from "../../lib/dev/sample/random.ts";

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

const SPECIAL = [..."\",|\n\r\t\\ .'\u001e\u001f\u0001"];

/** Any character but NUL, which Postgres cannot hold, and surrogates, which are no characters. */
function character(random: Random): string {
  switch (random.whole(0, 9)) {
    case 0:
    case 1:
    case 2:
      return random.pick(SPECIAL);
    case 3:
      return String.fromCodePoint(random.whole(1, 0x1f));
    case 4:
      return String.fromCodePoint(random.whole(0x80, 0xd7ff));
    case 5:
      return String.fromCodePoint(random.whole(0xe000, 0xffff));
    case 6:
      return String.fromCodePoint(random.whole(0x10000, 0x10ffff));
    case 7:
      return "e" + String.fromCodePoint(random.whole(0x300, 0x36f));
    default:
      return String.fromCodePoint(random.whole(0x20, 0x7e));
  }
}

/** A text: an awkward one, a made-up one, or a usual one. */
export function randomText(random: Random): string {
  const kind = random.next();
  if (kind < 0.3) return random.pick(AWKWARD);
  if (kind < 0.6) return `${random.whole(0, 999_999)} MAIN ST`;
  const length = Math.floor(-8 * Math.log(1 - random.next()));
  let text = "";
  for (let i = 0; i < length; i++) text += character(random);
  return text;
}

/** A number as Postgres reads it, with any number of places and zeros. */
function randomNumeric(random: Random): string {
  if (random.chance(1)) return random.pick(["NaN", "Infinity", "-Infinity"]);
  const sign = random.chance(30) ? "-" : "";
  const whole = random.chance(3)
    ? `1${random.digits(60)}`
    : String(random.whole(0, 10 ** random.whole(0, 9)));
  const places = random.pick([0, 0, 1, 2, 2, 2, 5, 20]);
  return sign + whole + (places > 0 ? `.${random.digits(places)}` : "");
}

function randomDay(random: Random): string {
  if (random.chance(2)) {
    return random.pick([
      "infinity",
      "-infinity",
      "0044-03-15 BC",
      "0001-01-01",
      "12024-02-29",
      "99999-12-31",
    ]);
  }
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${random.whole(1900, 2100)}-${pad(random.whole(1, 12))}-${pad(random.whole(1, 28))}`;
}

function randomTimestamp(random: Random): string {
  if (random.chance(2)) {
    return random.pick(["infinity", "-infinity", "0044-03-15 12:00:00 BC", "294276-12-31"]);
  }
  const pad = (most: number) => String(random.whole(0, most)).padStart(2, "0");
  const fraction = random.chance(50) ? `.${random.digits(random.whole(1, 6))}` : "";
  return `${randomOrdinaryDay(random)} ${pad(23)}:${pad(59)}:${pad(59)}${fraction}`;
}

const randomOrdinaryDay = (random: Random) =>
  new Date(Date.UTC(1990, 0, random.whole(1, 15_000))).toISOString().slice(0, 10);

function randomArray(random: Random): string {
  const items = Array.from(
    { length: random.whole(0, 4) },
    () => random.chance(15) ? "NULL" : `"${randomText(random).replace(/["\\]/g, "\\$&")}"`,
  );
  return `{${items.join(",")}}`;
}

const BY_TYPE: Record<string, (random: Random) => string | boolean> = {
  text: randomText,
  boolean: (random) => random.chance(50),
  numeric: randomNumeric,
  integer: (random) => random.pick(["-2147483648", "2147483647", "0", String(random.whole(-9999, 9999))]),
  bigint: (random) => random.pick(["-9223372036854775808", "9223372036854775807", "0", random.digits(15)]),
  date: randomDay,
  "timestamp without time zone": randomTimestamp,
  "text[]": randomArray,
};

/** A value of a Postgres type (named as `format_type` does), or NULL in so many of 100 cases. */
export function randomValue(random: Random, type: string, nulls = 20): string | boolean | null {
  const make = BY_TYPE[type];
  if (!make) throw new Error(`there are no random values of the type ${type}`);
  return random.chance(nulls) ? null : make(random);
}
