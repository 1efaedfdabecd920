import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { archiveCsv, loadText, refusal } from "../helpers/sources.ts";

/** A user who may do what `detached_loader` may, and nothing else, until the test ends. */
async function loaderOf(database: TestDatabase): Promise<{ url: string } & AsyncDisposable> {
  const name = `loader_${crypto.randomUUID().slice(0, 8)}`, password = crypto.randomUUID();
  await database.sql.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' IN ROLE detached_loader`);
  const url = new URL(database.url);
  url.username = name;
  url.password = password;
  return {
    url: url.href,
    [Symbol.asyncDispose]: async () => void await database.sql.unsafe(`DROP ROLE ${name}`),
  };
}

Deno.test("a user with the loader's rights alone can do every kind of load, and leaves fresh statistics", async () => {
  await using database = await testDatabase();
  await using loader = await loaderOf(database);
  const asLoader = { ...database, url: loader.url };
  const contract = [{ contract_transaction_unique_key: "a", awarding_agency_code: "015" }];
  await loadText(asLoader, "archive-contracts", archiveCsv("contracts", contract));
  await loadText(asLoader, "table:cgac", "cgac_id,cgac_code\n9,011\n");
  await loadText(
    asLoader,
    "agencies",
    "CGAC AGENCY CODE,AGENCY NAME,AGENCY ABBREVIATION,FREC,FREC Entity Description,FREC ABBREVIATION,TOPTIER_FLAG,IS_FREC,FREC CGAC ASSOCIATION\n" +
      "020,Treasury,TREAS,2000,Treasury,TREAS,TRUE,FALSE,TRUE\n",
  );
  await loadText(
    asLoader,
    "sf133",
    "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num,Amount Summed\n" +
      ",20,X,,,1,0,2021,5,1000,1\n",
  );
  assert.deepEqual(
    [...await database.sql`SELECT cgac_id, cgac_code FROM cgac WHERE cgac_code < '999'`].map((row) => ({
      ...row,
    })),
    [{ cgac_id: 10, cgac_code: "020" }],
  );
  const [row] = await database.sql`SELECT reltuples::int AS rows FROM pg_class
    WHERE relname = 'detached_award_procurement'`;
  assert.equal(row?.rows, 1);
});

Deno.test("a user without the loader's rights is told so, and changes nothing", async () => {
  await using database = await testDatabase();
  await using loader = await loaderOf(database);
  await database.sql`REVOKE INSERT ON data_load FROM detached_loader`;
  try {
    const load = loadText({ ...database, url: loader.url }, "table:cgac", "cgac_code\n011\n");
    assert.match(await refusal(load), /permission denied for table data_load/);
    assert.equal((await database.sql`SELECT count(*)::int AS n FROM cgac`)[0]?.n, 0);
  } finally {
    await database.sql`GRANT INSERT ON data_load TO detached_loader`;
  }
});
