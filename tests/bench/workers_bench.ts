/**
 * Forty files of one size with 1, 2 and 4 worker processes: files a minute, none made twice, and the API's
 * answers meanwhile.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";
import { judge, judgeLeast, median, ROUNDS } from "./measure.ts";

const FILES = 40;
const ROWS = Number(Deno.env.get("BENCH_ROWS") ?? 200_000) / FILES;

await using service = await startService({
  MAX_UNFINISHED_JOBS: "1000",
  WORKER_CONCURRENCY: "1",
  WORKER_CURSORS: "1",
});
await loadSample(service.sql);
await multiplyContracts(service.sql, {
  agency: "097",
  rows: FILES * ROWS,
  from: "2019-01-01",
  to: "2019-02-09",
});
await service.sql`VACUUM ANALYZE detached_award_procurement`;

/** One day each, so that all have the same size. */
const bodies = Array.from({ length: FILES }, (_, i) => {
  const day = new Date(Date.UTC(2019, 0, 1 + i)).toISOString().slice(0, 10);
  const text = `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;
  return { file_type: "D1", cgac_code: "097", start: text, end: text };
});

/**
 * Looks at a job every now and then until nothing is left to do, or so many times; gives the milliseconds of
 * each look.
 */
async function look(jobId: number, times = Infinity): Promise<number[]> {
  const milliseconds: number[] = [];
  await until("all files are made", async () => {
    const began = performance.now();
    await service.status(jobId);
    milliseconds.push(performance.now() - began);
    const [row] = await service
      .sql`SELECT count(*)::integer AS left FROM file_generation WHERE state IN ('queued', 'running')`;
    return milliseconds.length >= times || (times === Infinity && row!["left"] === 0);
  }, { seconds: 600 });
  return milliseconds;
}

async function measure(workers: number): Promise<{ perMinute: number; latency: number }> {
  await service.sql`UPDATE data_source SET version = version + 1, counted_from = version + 1`;
  await using processes = new AsyncDisposableStack();
  for (let i = 0; i < workers; i++) processes.use(await service.worker());
  const began = performance.now();
  const jobs: number[] = [];
  for (const body of bodies) jobs.push((await service.request(body)).job_id);
  const latencies = await look(jobs.at(-1)!);
  const minutes = (performance.now() - began) / 60_000;
  const made = await service.sql`
    SELECT state, attempt, row_count FROM generation_job JOIN file_generation USING (file_generation_id)
    WHERE job_id >= ${jobs[0]!}`;
  assert.equal(made.count, FILES);
  assert.ok(
    made.every(({ state, attempt }) => state === "finished" && attempt === 1),
    "a file was made twice",
  );
  return { perMinute: FILES / minutes, latency: median(latencies) };
}

const probe = (await service.request(bodies[0])).job_id;
const idle: number[] = [], perMinute: Record<number, number[]> = {}, latencies: Record<number, number[]> = {};
await measure(1);
for (let round = 0; round < ROUNDS; round++) {
  idle.push(median(await look(probe, 200)));
  for (const workers of [1, 2, 4]) {
    const found = await measure(workers);
    (perMinute[workers] ??= []).push(found.perMinute);
    (latencies[workers] ??= []).push(found.latency);
  }
}
const rounded = (values: number[]) => values.map((value) => value.toFixed(0)).join(" ");
console.log(
  `  ${FILES} files of ${ROWS} records; a status request on an idle machine: ${median(idle).toFixed(1)} ms`,
);
for (const workers of [1, 2, 4]) {
  console.log(
    `    ${workers} worker${workers > 1 ? "s" : ""}: ${
      median(perMinute[workers]!).toFixed(0)
    } files a minute (${rounded(perMinute[workers]!)}); a status request: ${
      median(latencies[workers]!).toFixed(1)
    } ms`,
  );
}
const ratio = (of: Record<number, number[]>, a: number, b: number) => median(of[a]!) / median(of[b]!);
const holds = [
  judgeLeast("two workers, of one's files a minute", ratio(perMinute, 2, 1), 1.1),
  judgeLeast("four workers, of two's files a minute", ratio(perMinute, 4, 2), 0.9),
  judge(
    "a status request under the load of two workers, of an idle machine's",
    median(latencies[2]!) / median(idle),
    2,
  ),
];
Deno.exit(holds.every(Boolean) ? 0 : 1);
