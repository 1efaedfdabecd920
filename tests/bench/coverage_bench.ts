/**
 * What is loaded of ten years of the largest agency of 150, by way of the API, against a status request in
 * the same run: one after the other, each with what the other one needs besides (signing in, the audit).
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { addAgencies } from "../helpers/generations.ts";
import { addRecordCounts } from "../helpers/record_counts.ts";
import { startService } from "../helpers/service.ts";
import { interleaved, judge, median, timed } from "./measure.ts";

const AGENCIES = 150, DAYS = 3650, REQUESTS = 50;

await using service = await startService();
await addAgencies(service.sql);
await addRecordCounts(service.sql, AGENCIES, DAYS);
const request = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "12/28/2025" };
const { job_id } = await service.request(request);

const [{ records }] = await service.sql<[{ records: number }]>`
  SELECT sum(records)::integer AS records FROM record_count WHERE agency_code = '020' AND agency_type = 'awarding'`;
const query = `/v1/coverage/?${new URLSearchParams(request)}`;
const { json } = await service.api.send("GET", query);
assert.deepEqual([json.records, json.by_month.length, json.warnings], [records, 120, []]);
const estimate = await service.api.send("POST", "/v1/generations/estimate", request);
assert.equal(estimate.json.rows_exact, records);

/** The seconds of a request, of many one after the other. */
const each = (method: string, path: string, body?: unknown) => async () =>
  await timed(async () => {
    for (let n = 0; n < REQUESTS; n++) {
      assert.equal((await service.api.send(method, path, body)).status, 200);
    }
  }) / REQUESTS;

const seconds = await interleaved({
  "a status request": each("GET", `/v1/check_detached_generation_status/?job_id=${job_id}`),
  "coverage of ten years": each("GET", query),
  "coverage of all days": each("GET", "/v1/coverage/?file_type=D1&cgac_code=020"),
  "coverage of A": each("GET", "/v1/coverage/?file_type=A&cgac_code=020"),
  "an estimate": each("POST", "/v1/generations/estimate", request),
});
console.log(`  ${AGENCIES} agencies, ${DAYS} days, awarding and funding; milliseconds:`);
for (const [name, values] of Object.entries(seconds)) {
  console.log(
    `    ${name}: ${(median(values) * 1000).toFixed(2)} (${
      values.map((s) => (s * 1000).toFixed(1)).join(" ")
    })`,
  );
}
const of = (name: string) => median(seconds[name]!) / median(seconds["a status request"]!);
const holds = [
  judge("coverage of ten years, of a status request's time", of("coverage of ten years"), 3),
  judge("coverage of all days, of a status request's time", of("coverage of all days"), 3),
];
Deno.exit(holds.every(Boolean) ? 0 : 1);
