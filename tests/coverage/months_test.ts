import assert from "node:assert/strict";
import { monthsOf } from "../../lib/coverage/months.ts";

Deno.test("the months of a range cross years, and begin and end in the middle of one", () => {
  assert.deepEqual(monthsOf({ first: "2015-11-30", last: "2016-02-01" }, undefined), [
    "2015-11",
    "2015-12",
    "2016-01",
    "2016-02",
  ]);
  assert.deepEqual(monthsOf({ first: "0001-01-01", last: "0001-01-31" }, undefined), ["0001-01"]);
});

Deno.test("of a range of more than 600 months there are those with records, the newest 600 at most", () => {
  const ever = { first: "0001-01-01", last: "9999-12-31" };
  assert.deepEqual(monthsOf(ever, { first: "2015-12-31", last: "2016-01-01" }), ["2015-12", "2016-01"]);
  const many = monthsOf(ever, { first: "1900-05-05", last: "2016-01-01" });
  assert.deepEqual([many.length, many[0], many.at(-1)], [600, "1966-02", "2016-01"]);
  assert.equal(monthsOf({ first: "1950-01-01", last: "1999-12-31" }, undefined).length, 600);
  assert.equal(monthsOf({ first: "1950-01-01", last: "2000-01-01" }, undefined).length, 600);
  assert.deepEqual(
    monthsOf({ first: "1900-01-01", last: "1999-12-31" }, { first: "2015-12-31", last: "2016-01-01" }),
    [],
  );
});
