import assert from "node:assert/strict";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { remakeLostFile } from "../../lib/generations/file_link.ts";
import { publish } from "../../lib/generations/publish.ts";
import { endRetention } from "../../lib/generations/retention.ts";
import { keepTotals } from "../../lib/generations/totals.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import type { FileTotals } from "../../lib/files/totals/totals.ts";
import { createClient } from "../../routes/client.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, d1Body, generationOf, written } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";
import { totalsOfBytes } from "../helpers/totals_model.ts";

const totals: FileTotals = {
  records: 2,
  amounts: { FederalActionObligation: "-0.10" },
  distinctAwards: 1,
  recordsThatDiffer: null,
  byMonth: [{ month: "2016-01", records: 2, amounts: { FederalActionObligation: "-0.10" } }],
  bySubTier: [{ code: null, name: null, records: 2, amounts: { FederalActionObligation: "-0.10" } }],
};
const body = {
  file_type: "D1",
  sha256: written.sha256,
  records: 2,
  distinct_awards: 1,
  amounts: totals.amounts,
  by_month: totals.byMonth,
  by_sub_tier: totals.bySubTier,
};

Deno.test("a finished job has its file's totals, as has every job that shares the file, also when it is no longer kept", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  const get = (job: string, as = "treasury-reader") =>
    app.send("GET", `/v1/generations/${job}/totals`, { as });

  const early = await get(jobId);
  assert.deepEqual([early.status, early.json.code], [409, "job_unfinished"]);
  assert.match(early.json.message, /^Job 1 is running; only a finished one has totals/);

  assert.equal(await publish(db.sql, lease, written, null, { totals }), true);
  assert.equal(await publish(db.sql, lease, written, null, { totals }), true);
  const sharing = await ask(db.sql);
  for (const job of [jobId, sharing]) {
    assert.deepEqual((await get(job)).json, { job_id: Number(job), ...body });
  }
  assert.equal((await get(jobId, "defense-fabs")).status, 403);
  assert.equal((await app.send("GET", `/generations/${jobId}/totals/`)).status, 200);

  await db.sql`UPDATE file_generation SET ended_at = now() - interval '30 days'`;
  assert.equal(await endRetention(db.sql, 7), 1);
  assert.deepEqual((await get(jobId)).json, { job_id: 1, ...body });

  await cancelJob(db.sql, await ask(db.sql, d1Body({ end: "04/30/2016" })));
  assert.equal((await get("3")).json.message, "Job 3 is cancelled; only a finished one has totals.");
});

Deno.test("a file of an older release has no totals, and one that is made anew loses them", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const older = await askAndClaim(db.sql, d1Body({ end: "04/30/2016" }));
  await publish(db.sql, older.lease, written, null);
  const none = await app.send("GET", `/v1/generations/${older.jobId}/totals`);
  assert.deepEqual([none.status, none.json.code], [404, "no_totals"]);

  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null, { totals });
  assert.ok(await remakeLostFile(db.sql, lease.storedKey));
  assert.equal((await app.send("GET", `/v1/generations/${jobId}/totals`)).status, 409);
  assert.deepEqual(await db.sql`SELECT FROM file_totals`.then((rows) => rows.length), 0);

  const { id } = await generationOf(db.sql, jobId);
  for (
    const wrong of [
      { ...totals, distinctAwards: 3 },
      { ...totals, records: -1, distinctAwards: 0 },
      { ...totals, byMonth: null },
      { ...totals, recordsThatDiffer: 3 },
    ]
  ) {
    await assert.rejects(db.sql.begin((tx) => keepTotals(tx, id, wrong)), /violates check constraint/);
  }
});

Deno.test("what the worker keeps is what the delivered files come to, of every type", async (t) => {
  await using service = await startService();
  await loadSample(service.sql, { contracts: 300, assistance: 300 });
  await service.worker();
  const client = createClient(service.api.url, service.api.token);
  const days = { start: "01/01/2000", end: "12/31/2030" };
  for (
    const [code, request] of [
      ["D1", { cgac_code: "020", ...days, element_numbers: true, file_format: "txt" }],
      ["D2", { cgac_code: "012", ...days, agency_type: "funding", compression: "gzip" }],
      ["A", { cgac_code: "020", year: 2017, period: 6 }],
      ["BOC", { cgac_code: "020", year: 2021, period: 6 }],
    ] as const
  ) {
    await t.step(code, async () => {
      const { job_id } = await service.request({ file_type: code, ...request });
      const status = await service.ended(job_id);
      const bytes = await (await fetch(status.url)).bytes();
      const found = await client.v1.generations[":job_id{[0-9]+}"].totals
        .$get({ param: { job_id: String(job_id) } });
      const { distinctAwards, recordsThatDiffer, byMonth, bySubTier, ...rest } = totalsOfBytes(bytes, {
        code,
        agencyType: "agency_type" in request ? request.agency_type : "awarding",
        isText: "file_format" in request,
        isGzip: "compression" in request,
      });
      assert.deepEqual(await found.json(), {
        job_id,
        file_type: code,
        sha256: status.sha256,
        distinct_awards: distinctAwards,
        ...rest,
        ...recordsThatDiffer !== null && { records_that_differ: recordsThatDiffer },
        ...byMonth && { by_month: byMonth, by_sub_tier: bySubTier },
      });
      assert.equal(rest.records, status.rows);
      assert.ok(rest.records > 0);
    });
  }
});
