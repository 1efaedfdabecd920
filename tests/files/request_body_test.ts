import assert from "node:assert/strict";
import { ignoredKeys, requestBody } from "../../lib/files/registry.ts";

const d1 = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
const a = { file_type: "A", cgac_code: "020", year: 2017, period: 3 };

/** The fields that a body is refused for, in order. */
function refusedFor(body: unknown): string[] {
  const result = requestBody.safeParse(body);
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join("."));
}

Deno.test("a request for D1 has one canonical form, with every default filled in", () => {
  assert.deepEqual(requestBody.parse(d1), {
    file_type: "D1",
    agency_code: "020",
    start: "2016-01-01",
    end: "2016-03-31",
    agency_type: "awarding",
    file_format: "csv",
    element_numbers: false,
  });
});

Deno.test("a request for A has the days of its period's month", () => {
  assert.deepEqual(requestBody.parse(a), {
    file_type: "A",
    agency_code: "020",
    start: "2016-12-01",
    end: "2016-12-31",
    year: 2017,
    period: 3,
  });
});

Deno.test("the FREC wins where both agency codes are given", () => {
  assert.equal(requestBody.parse({ ...d1, frec_code: "1601" }).agency_code, "1601");
});

Deno.test("null and the empty string count as absent", () => {
  for (const absent of [null, ""]) {
    const full = {
      ...d1,
      frec_code: absent,
      agency_type: absent,
      file_format: absent,
      element_numbers: absent,
    };
    assert.deepEqual(requestBody.parse(full), requestBody.parse(d1));
    for (const field of ["file_type", "cgac_code", "start", "end"]) {
      assert.deepEqual(refusedFor({ ...d1, [field]: absent }), [field]);
    }
  }
});

Deno.test("keys that a file type ignores are ignored whatever they hold", () => {
  const rubbish = { year: "x", period: -1, unknown: { deep: [] } };
  assert.deepEqual(requestBody.parse({ ...d1, ...rubbish }), requestBody.parse(d1));
  const awardKeys = { start: "x", end: 5, agency_type: [], file_format: "pdf", element_numbers: "maybe" };
  assert.deepEqual(requestBody.parse({ ...a, ...awardKeys }), requestBody.parse(a));
  const d2 = { ...d1, file_type: "D2" };
  assert.deepEqual(requestBody.parse({ ...d2, element_numbers: "maybe" }), requestBody.parse(d2));
});

Deno.test("element numbers are wanted, or not, in every spelling that the Broker takes", () => {
  const wanted = (element_numbers: unknown) => requestBody.parse({ ...d1, element_numbers });
  const words = (...all: string[]) =>
    all.flatMap((word) => [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)]);
  for (const yes of [true, 1, ...words("true", "t", "yes", "y", "on", "1")]) {
    assert.deepEqual(wanted(yes), { ...requestBody.parse(d1), element_numbers: true }, String(yes));
  }
  for (const no of [false, 0, null, "", ...words("false", "f", "no", "n", "off", "0")]) {
    assert.deepEqual(wanted(no), requestBody.parse(d1), String(no));
  }
});

Deno.test("months and days also come with one digit", () => {
  assert.deepEqual(requestBody.parse({ ...d1, start: "1/1/2016", end: "3/31/2016" }), requestBody.parse(d1));
  assert.deepEqual(requestBody.parse({ ...d1, start: "01/1/2016" }), requestBody.parse(d1));
});

Deno.test("keys that no file type has are named, a few of them, cut where they are long", () => {
  assert.deepEqual(
    ignoredKeys({ ...d1, ...a, agency_type: 5, file_format: 5, compression: 5, element_numbers: 5 }),
    [],
  );
  assert.deepEqual(ignoredKeys({ ...d1, agency_typ: "funding", Start: 0, nothing: null, empty: "" }), [
    "agency_typ",
    "Start",
  ]);
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${i}${"x".repeat(100)}`, 1]));
  assert.deepEqual(ignoredKeys(many).map((key) => key.length), Array(20).fill(60));
  assert.deepEqual(ignoredKeys({ "a\0b\ud800": 1 }), ["a\ufffdb\ufffd"]);
});

Deno.test("whole numbers also come as digits in a string", () => {
  assert.deepEqual(requestBody.parse({ ...a, year: "2017", period: "03" }), requestBody.parse(a));
});

Deno.test("a body that is not an object is refused as a whole", () => {
  for (const body of [null, 1, "D1", true, [], [d1]]) assert.deepEqual(refusedFor(body), [""]);
});

const refused: [string, Record<string, unknown>, ...fields: string[]][] = [
  ["an unknown file type", { ...d1, file_type: "E" }, "file_type"],
  ["a file type in lower case", { ...d1, file_type: "d1" }, "file_type"],
  ["a file type that is no string", { ...d1, file_type: ["D1"] }, "file_type"],
  ["no file type", {}, "file_type"],
  ["no agency", { ...d1, cgac_code: undefined }, "cgac_code"],
  ["a CGAC that is too short", { ...d1, cgac_code: "20" }, "cgac_code"],
  ["a CGAC that is too long", { ...d1, cgac_code: "0200" }, "cgac_code"],
  ["a CGAC that is a number", { ...d1, cgac_code: 20 }, "cgac_code"],
  ["a FREC that is too short", { ...d1, frec_code: "160" }, "frec_code"],
  ["a bad CGAC beside a good FREC", { ...d1, frec_code: "1601", cgac_code: {} }, "cgac_code"],
  ["no start", { ...d1, start: undefined }, "start"],
  ["30 February", { ...d1, start: "02/30/2016" }, "start"],
  ["29 February in a common year", { ...d1, start: "02/29/2015" }, "start"],
  ["29 February in 1900", { ...d1, start: "02/29/1900" }, "start"],
  ["31 April", { ...d1, end: "04/31/2016" }, "end"],
  ["month 13", { ...d1, end: "13/01/2016" }, "end"],
  ["day 0", { ...d1, end: "12/00/2016" }, "end"],
  ["year 0", { ...d1, start: "01/01/0000" }, "start"],
  ["an ISO date", { ...d1, start: "2016-01-01" }, "start"],
  ["a year of two digits", { ...d1, start: "1/1/16" }, "start"],
  ["a month of three digits", { ...d1, start: "001/01/2016" }, "start"],
  ["a date with something behind it", { ...d1, start: "01/01/2016 " }, "start"],
  ["a date with a line end behind it", { ...d1, start: "01/01/2016\n" }, "start"],
  ["a date that is a number", { ...d1, start: 1012016 }, "start"],
  ["start after end", { ...d1, start: "04/01/2016" }, "start"],
  ["an unknown agency type", { ...d1, agency_type: "owning" }, "agency_type"],
  ["an unknown file format", { ...d1, file_format: "CSV" }, "file_format"],
  ["element numbers in another language", { ...d1, element_numbers: "ja" }, "element_numbers"],
  ["element numbers as 2", { ...d1, element_numbers: 2 }, "element_numbers"],
  ["element numbers as a list", { ...d1, element_numbers: [true] }, "element_numbers"],
  ["no year", { ...a, year: undefined }, "year"],
  ["no period", { ...a, period: undefined }, "period"],
  ["a year of three digits", { ...a, year: 999 }, "year"],
  ["a year of five digits", { ...a, year: "12017" }, "year"],
  ["half a year", { ...a, year: 2017.5 }, "year"],
  ["half a year as a string", { ...a, year: "2017.5" }, "year"],
  ["a year that is a boolean", { ...a, year: true }, "year"],
  ["period 1", { ...a, period: 1 }, "period"],
  ["period 13", { ...a, period: 13 }, "period"],
  ["a period in words", { ...a, period: "three" }, "period"],
  ["a negative period", { ...a, period: "-3" }, "period"],
  [
    "several faults at once",
    { file_type: "D1", start: "x", file_format: 5 },
    "start",
    "end",
    "file_format",
    "cgac_code",
  ],
];
for (const [name, body, ...fields] of refused) {
  Deno.test(`${name} is refused, naming the field`, () => {
    assert.deepEqual(refusedFor(body), fields);
    const { error } = requestBody.safeParse(body);
    for (const { path, message } of error!.issues) {
      assert.match(message, new RegExp(`^${path.join(".")} .*\\.$`));
    }
  });
}

for (const day of ["02/29/2016", "02/29/2000", "12/31/9999", "01/01/0001"]) {
  Deno.test(`${day} is a day`, () => {
    assert.deepEqual(refusedFor({ ...d1, start: day, end: day }), []);
  });
}
