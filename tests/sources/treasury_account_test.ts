// deno-lint-ignore-file no-console -- a test that is skipped says why
import assert from "node:assert/strict";
import { accountParts, displayTasOf, tasOf } from "../../lib/sources/treasury_account.ts";
import { testDatabase } from "../helpers/database.ts";
import { loadText, rowsOf, sharedFile } from "../helpers/sources.ts";

Deno.test("the strings of the real incumbent's accounts are worked out from their parts", async () => {
  const file = await sharedFile("cases/tables/tas_lookup.csv");
  if (!file) return console.log("  skipped: ../shared/cases is not here");
  await using database = await testDatabase();
  await loadText(database, "table:tas_lookup", await Deno.readTextFile(file));
  for (const row of await rowsOf(database, "SELECT * FROM tas_lookup")) {
    const parts = accountParts((column) => row[column] as string);
    assert.equal(tasOf(parts), row.tas);
    assert.equal(displayTasOf(parts), row.display_tas);
  }
});
