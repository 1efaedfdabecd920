import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { publish } from "../../lib/generations/publish.ts";
import { testApp } from "../helpers/app.ts";
import { addContracts } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, askAndClaim, d1Body } from "../helpers/generations.ts";
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
    assert.deepEqual({ ...a.json, warnings: [] }, {
      rows_estimated: null,
      rows_exact: null,
      size_estimated: null,
      seconds_estimated: null,
      warnings: [],
    });
    assert.equal((await estimate(d1Body({ cgac_code: "999" }))).status, 400);
    assert.equal((await estimate(d1Body({ start: "13/01/2016" }))).status, 400);
  } finally {
    await sql.end();
  }
  assert.equal((await db.sql`SELECT FROM generation_job`).count, 0);
});

Deno.test("a file's size is estimated by the agency's earlier files of its kind, else by the table; the records are exact", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await addContracts(db.sql, 910, 5000);
  await using app = await testApp(db);
  const estimate = async (body: unknown) =>
    (await app.send("POST", "/v1/generations/estimate", { body })).json;
  const header = new TextEncoder().encode(
    fileTypeOf("D1").contents(requestBody.parse(d1Body())).header.join(",") + "\n",
  ).length;
  const byTable = await estimate(d1Body());
  assert.equal(byTable.rows_exact, 910);
  assert.ok(byTable.size_estimated > header + 910 * 50, `${byTable.size_estimated} bytes`);
  assert.equal((await estimate(d1Body({ compression: "gzip" }))).size_estimated, null, "nothing tells yet");
  const none = await estimate(d1Body({ agency_type: "funding" }));
  assert.deepEqual([none.rows_exact, none.size_estimated], [0, header]);

  const day = d1Body({ end: "01/01/2016" });
  for (const [compression, bytes] of [["none", header + 2000], ["gzip", 300]] as const) {
    const { lease } = await askAndClaim(db.sql, { ...day, compression } as typeof day);
    await publish(db.sql, lease, { rows: 10, bytes, sha256: "ab".repeat(32) }, null);
  }
  assert.equal((await estimate(d1Body())).size_estimated, header + 910 * 200);
  assert.equal((await estimate(d1Body({ compression: "gzip" }))).size_estimated, 910 * 30);
  assert.equal((await estimate(d1Body({ file_type: "D2" }))).rows_exact, 0);
});
