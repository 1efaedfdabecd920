import assert from "node:assert/strict";
import { accountParts, displayTasOf, tasOf } from "../../lib/sources/treasury_account.ts";
import { testDatabase } from "../helpers/database.ts";
import { inputPath, lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { loadText, rowsOf } from "../helpers/sources.ts";

const ACCOUNTS = "cases/tables/tas_lookup.csv";

Deno.test({
  name: `the strings of the real incumbent's accounts are worked out from their parts ${NEEDS_INPUTS}`,
  ignore: lacksInputs(ACCOUNTS),
}, async () => {
  await using database = await testDatabase();
  await loadText(database, "table:tas_lookup", await Deno.readTextFile(inputPath(ACCOUNTS)));
  for (const row of await rowsOf(database, "SELECT * FROM tas_lookup")) {
    const parts = accountParts({
      cell: (column) => row[column] as string,
      wrong: (column) => assert.fail(column),
    });
    assert.equal(tasOf(parts), row.tas);
    assert.equal(displayTasOf(parts), row.display_tas);
  }
});
