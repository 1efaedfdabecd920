import assert from "node:assert/strict";
import { cleaned, isDayText, isUsualNumber, numberText } from "../../lib/reconciliations/cells.ts";

Deno.test("values are trimmed and lose the quotes at both ends, where they have one at each", () => {
  const cases: [string, string | null][] = [
    ["", null],
    [" \t\u00a0\u3000", null],
    [" a b ", "a b"],
    ['"a"', "a"],
    [' ""a" ', "a"],
    ['"  a "', "a"],
    ['"a', '"a'],
    ['a"', 'a"'],
    ['5" pipe', '5" pipe'],
    ['"', null],
    ['""""', null],
    ['" "', null],
    ["NA", "NA"],
    ["NULL", "NULL"],
    // Python's white space, and none of JavaScript's alone.
    ["\x1fa\x85", "a"],
    ["\ufeffa", "\ufeffa"],
  ];
  for (const [text, expected] of cases) assert.equal(cleaned(text), expected, JSON.stringify(text));
});

Deno.test("numbers are those of Python, with commas between digits, and of a size that money has", () => {
  const numbers: Record<string, string> = {
    "0": "0",
    "-8.0": "-8.0",
    "+7.5": "+7.5",
    "1.5e2": "1.5e2",
    ".5": ".5",
    "5.": "5.",
    "1,50.25": "150.25",
    "-1,234": "-1234",
    "1E-3": "1E-3",
    "1e100": "1e100",
  };
  for (const [text, expected] of Object.entries(numbers)) assert.equal(numberText(text), expected, text);
  const none = [
    "(5.00)",
    "12.5x",
    "-",
    "+1,000",
    ",",
    "1,0-5",
    "1 000",
    "1.2.3",
    ".",
    "e5",
    "--1",
    "$5",
    "NaN",
    "inf",
    "1_0",
  ];
  for (const text of [...none, "1e101", "1e-101", "9".repeat(1001)]) {
    assert.equal(numberText(text), undefined, text);
  }
});

Deno.test("a number in its usual form is one that Postgres reads as it stands", () => {
  for (
    const text of ["0", "-8.0", ".5", "5.", "+7.5", "1.5e2", "1,0", "-", ".", "", "1.2.3", "9".repeat(1001)]
  ) {
    const bytes = new TextEncoder().encode(text);
    if (isUsualNumber(bytes, 0, bytes.length)) assert.equal(numberText(text), text, text);
  }
  assert(isUsualNumber(new TextEncoder().encode("x-12.50"), 1, 7));
});

Deno.test("a day is YYYYMMDD, and one that there is", () => {
  assert.deepEqual(
    ["20210228", "20210229", "20211301", "2021-02-28", "210228", "20210228 "].map(isDayText),
    [true, false, false, false, false, false],
  );
});
