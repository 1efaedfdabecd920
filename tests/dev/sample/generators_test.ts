import assert from "node:assert/strict";
import { sampleRows } from "../../../lib/dev/sample/load.ts";
import { money } from "../../../lib/dev/sample/row.ts";

Deno.test("the same seed makes the same rows, another seed makes others", () => {
  const options = { contracts: 300, assistance: 200 };
  const rows = JSON.stringify(sampleRows({ ...options, seed: 7 }));
  assert.equal(JSON.stringify(sampleRows({ ...options, seed: 7 })), rows);
  assert.notEqual(JSON.stringify(sampleRows({ ...options, seed: 8 })), rows);
});

Deno.test("as many transactions are made as asked for", () => {
  const rows = sampleRows({ contracts: 137, assistance: 61 });
  assert.equal(rows.detached_award_procurement.length, 137);
  assert.equal(rows.published_fabs.length, 61);
});

Deno.test("what an award's transactions obligate adds up to its total", () => {
  const awards = Map.groupBy(
    sampleRows({ contracts: 1000, assistance: 0 }).detached_award_procurement,
    (row) => row["unique_award_key"],
  );
  assert.ok([...awards.values()].some((transactions) => transactions.length > 3));
  const cents = (amount: unknown) => Math.round(Number(amount) * 100);
  for (const [award, transactions] of awards) {
    const obligated = transactions.reduce((sum, row) => sum + cents(row["federal_action_obligation"]), 0);
    assert.equal(cents(transactions.at(-1)!["total_obligated_amount"]), obligated, String(award));
  }
});

Deno.test("cents are written as a decimal number with two places", () => {
  assert.deepEqual([0, 5, -5, 99, 100, -95875674].map(money), [
    "0.00",
    "0.05",
    "-0.05",
    "0.99",
    "1.00",
    "-958756.74",
  ]);
});
