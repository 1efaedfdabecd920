import assert from "node:assert/strict";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { testDatabase } from "../helpers/database.ts";
import { d1Body } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";
import { testApp } from "../helpers/app.ts";
import { addAgencies, ask } from "../helpers/generations.ts";

Deno.test("the link to a finished file alone, which is kept in the audit as any other", async () => {
  await using service = await startService();
  await addAgencies(service.sql);
  await service.worker();
  const { job_id: jobId } = await service.request(d1Body());
  await service.ended(jobId);
  const links = async () =>
    (await service.sql`SELECT FROM audit_event WHERE action = 'link' AND job_id = ${jobId}`).count;
  const before = await links();
  for (const path of ["/v1/get_detached_file_url/", "/get_detached_file_url"]) {
    const { status, json } = await service.api.send("GET", `${path}?job_id=${jobId}`);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ["url"]);
    assert.match(await (await fetch(json.url)).text(), /^ContractTransactionUniqueKey,/i);
  }
  assert.equal(await links(), before + 2);
});

Deno.test("where there is no job, or no file of it, 400 says which", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const waiting = await ask(db.sql);
  const cancelled = await ask(db.sql, d1Body({ end: "04/30/2016" }));
  await cancelJob(db.sql, cancelled);
  for (
    const [query, code, message] of [
      ["", "invalid_request", /^job_id is missing/],
      ["?job_id=", "invalid_request", /^job_id is ""/],
      ["?job_id=x", "invalid_request", /^job_id is "x"/],
      ["?job_id=4711", "invalid_request", /^job_id is 4711; .* there is none/],
      [`?job_id=${waiting}`, "file_unfinished", /is not finished yet/],
      [`?job_id=${cancelled}`, "no_file", /has no file: The request was cancelled\.$/],
    ] as const
  ) {
    const { status, json } = await app.send("GET", `/v1/get_detached_file_url/${query}`, {
      as: "administrator",
    });
    assert.deepEqual([status, json.code], [400, code], query);
    assert.match(json.message, message);
  }
});
