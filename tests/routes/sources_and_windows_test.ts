import assert from "node:assert/strict";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { loadText } from "../helpers/sources.ts";

Deno.test("the sources that were loaded are listed with the end of their last load, by the Broker's names", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const sources = async () => (await app.send("GET", "/v1/list_data_sources/", { as: "stranger" })).json;
  assert.deepEqual(await sources(), {});
  for (
    const [source, content] of [
      ["table:cgac", "cgac_code\n020\n"],
      ["table:submission_window_schedule", "year,period\n2021,6\n"],
      ["table:gtas_boc", "tas,main_account_code,sub_account_code,fiscal_year,period\nt,0100,000,2021,6\n"],
      [
        "table:sf_133",
        "agency_identifier,main_account_code,sub_account_code,tas,fiscal_year,period,line,amount\n020,0100,000,t,2021,6,1000,1\n",
      ],
    ] as const
  ) await loadText(db, source, content);
  await db.sql`UPDATE data_source SET loaded_at = '2026-03-04 05:06:07.89+00'`;
  await db.sql`INSERT INTO data_source (source_table, loaded_at) VALUES ('frec', '2026-03-05 00:00:00+00')`;
  assert.deepEqual(await sources(), {
    gtas: "03/04/2026 05:06:07",
    agency: "03/05/2026 00:00:00",
    gtas_boc: "03/04/2026 05:06:07",
    submission_window: "03/04/2026 05:06:07",
  });
});

Deno.test("the latest publication period is that of the newest window that has begun", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const latest = async () =>
    (await app.send("GET", "/v1/latest_publication_period/", { as: "stranger" })).json;
  await db.sql`INSERT INTO submission_window_schedule (year, period, period_start, publish_deadline)
    VALUES (2099, 6, '2099-04-19', '2099-05-19'), (2018, 9, NULL, '2018-08-14')`;
  assert.deepEqual(await latest(), { period: null, year: null, deadline: null });
  await db.sql`INSERT INTO submission_window_schedule (year, period, period_start, publish_deadline)
    VALUES (2019, 7, '2019-05-17', '2019-05-29 23:59:59'), (2018, 12, '2018-10-19', '2018-11-14')`;
  assert.deepEqual(await latest(), { period: 7, year: 2019, deadline: "2019-05-29 23:59:59" });
});

Deno.test("every route for programs answers without /v1 as well, and the page's do not move", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const { json: document } = await app.send("GET", "/openapi.json", { as: null });
  const paths = Object.keys(document.paths).filter((path) => path.startsWith("/v1/"));
  assert.ok(paths.length > 10);
  for (const path of paths) {
    const concrete = path.replace("{job_id}", "1").replace("{key}", "1/1/x.csv").replace("{file_type}", "D1");
    for (const method of Object.keys(document.paths[path])) {
      for (const spelled of [concrete, concrete.replace(/\/$/, "")]) {
        const [with1, without] = await Promise.all(
          [spelled, spelled.slice(3)].map((path) => app.send(method.toUpperCase(), path, { as: null })),
        );
        assert.deepEqual([without!.status, without!.json?.code], [with1!.status, with1!.json?.code], path);
        assert.notEqual(without!.status, 404, path);
      }
    }
  }
  assert.equal((await app.send("GET", "/nowhere", { as: null })).status, 404);
  assert.equal((await app.send("PUT", "/list_agencies", { as: null })).status, 405);
});
