import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { testApp } from "../helpers/app.ts";
import { addContracts } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, d1Body } from "../helpers/generations.ts";
import { urlAs } from "../helpers/roles.ts";

Deno.test("the API estimates a file with its rights only, and stores nothing", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await addContracts(db.sql, 3000, 1);
  const sql = connect(urlAs(db.url, "detached_api"), { max: 2, name: "test" });
  try {
    await using app = await testApp(db, { sql });
    const estimate = async (body: unknown) => await app.send("POST", "/v1/generations/estimate", { body });
    const all = (await estimate(d1Body())).json.rows_estimated;
    assert.ok(all > 2000 && all < 4000, `estimated ${all} of 3000`);
    const day = (await estimate(d1Body({ end: "01/01/2016" }))).json.rows_estimated;
    assert.ok(day < 200, `estimated ${day} of 33`);
    const funded = await estimate(d1Body({ agency_type: "funding", cgac_code: "097" }));
    assert.ok(funded.json.rows_estimated > 2000);
    assert.equal((await estimate(d1Body({ file_type: "D2" }))).status, 200);
    const a = await estimate({ file_type: "A", cgac_code: "020", year: 2016, period: 6 });
    assert.deepEqual(a.json, { rows_estimated: null, warnings: [] });
    assert.equal((await estimate(d1Body({ start: "13/01/2016" }))).status, 400);
  } finally {
    await sql.end();
  }
  assert.equal((await db.sql`SELECT FROM generation_job`).count, 0);
});
