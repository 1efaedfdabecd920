/**
 * A look at a file's first records: POST /v1/generations/preview with the API's rights, against the 100 ms that a
 * person does not notice. Those of A and BOC have to be worked out as a whole, for which half a second is taken.
 */
import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { urlAs } from "../helpers/roles.ts";
import { interleaved, judge, median, timed } from "./measure.ts";

const ROWS = Number(Deno.env.get("BENCH_ROWS") ?? 200_000);
const MOST_SECONDS = { byIndex: .1, workedOut: .5 };

await using resources = new AsyncDisposableStack();
const db = resources.use(await testDatabase());
await loadSample(db.sql);
await multiplyContracts(db.sql, { agency: "097", rows: ROWS, from: "2019-01-01", to: "2019-12-31" });
const sql = connect(urlAs(db.url, "detached_api"), { max: 2, name: "api" });
resources.defer(() => sql.end());
const app = resources.use(await testApp(db, { sql }));

const bodies: Record<string, Record<string, unknown>> = {
  [`D1 of ${ROWS} records`]: {
    file_type: "D1",
    cgac_code: "097",
    start: "01/01/2019",
    end: "12/31/2019",
  },
  D2: fileTypeOf("D2").example,
  A: fileTypeOf("A").example,
  BOC: fileTypeOf("BOC").example,
};
const look = async (body: Record<string, unknown>) => {
  const { status, json, text } = await app.send("POST", "/v1/generations/preview", { body });
  assert.equal(status, 200, text);
  assert.ok(json.records.length > 0 && json.records.length <= 20);
};
const seconds = await interleaved(
  Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, () => timed(() => look(body))])),
);
const holds = Object.entries(seconds).map(([name, taken]) => {
  const most = name.startsWith("D") ? MOST_SECONDS.byIndex : MOST_SECONDS.workedOut;
  return judge(`the first records of a file ${name}, of ${most * 1000} ms`, median(taken) / most, 1);
});
await resources.disposeAsync();
Deno.exit(holds.every(Boolean) ? 0 : 1);
