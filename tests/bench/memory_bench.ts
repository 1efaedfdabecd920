/**
 * A worker's peak memory (RSS) while it writes a file of about 100 MB and one of about 1 GB: at most 1.2
 * times as much for the large one, and under 256 MiB. Each file is written by a worker of its own and
 * compared with COPY by its SHA-256 before a figure is printed. On local storage, and on S3 where there is a
 * server.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { RecordEncoder } from "../../lib/files/record_encoder/record_encoder.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { boundCopy } from "../helpers/copy.ts";
import { copyOut } from "../helpers/copy_out.ts";
import { s3Environment, s3Url, testBucket } from "../helpers/s3.ts";
import { startService } from "../helpers/service.ts";

const MOST_RATIO = 1.2;
const MOST_MIB = 256;
const files = [
  { name: "100 MB", agency: "020", rows: Number(Deno.env.get("BENCH_ROWS") ?? 56_000) },
  { name: "1 GB", agency: "097", rows: 10 * Number(Deno.env.get("BENCH_ROWS") ?? 56_000) },
];
const days = { start: "01/01/2019", end: "12/31/2019" };

/** The SHA-256 of a header line and what COPY gives for the query below it. */
async function expectedSha256(databaseUrl: string, body: Record<string, unknown>): Promise<string> {
  const contents = fileTypeOf("D1").contents(requestBody.parse(body));
  const header = new RecordEncoder(contents.delimiter, contents.elements);
  header.addHeader(contents.header);
  const hash = createHash("sha256").update(header.take());
  await copyOut(databaseUrl, boundCopy(contents), (row) => hash.update(row));
  return hash.digest("hex");
}

/** The resident memory of a process, in KiB. */
async function residentKib(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("/bin/ps", { args: ["-o", "rss=", "-p", String(pid)] }).output();
  return Number(new TextDecoder().decode(stdout)) || 0;
}

async function measure(storage: string, env: Record<string, string>): Promise<boolean> {
  await using service = await startService({ LEASE_SECONDS: "60", WORKER_CONCURRENCY: "1", ...env });
  await loadSample(service.sql);
  for (const { agency, rows } of files) {
    await multiplyContracts(service.sql, { agency, rows, from: "2019-01-01", to: "2019-12-31" });
  }
  await service.sql`ANALYZE detached_award_procurement (awarding_agency_code, action_date)`;
  const peaks: number[] = [];
  for (const { name, agency } of files) {
    const body = { file_type: "D1", cgac_code: agency, ...days };
    await using worker = await service.worker();
    const { job_id } = await service.request(body);
    let peak = 0;
    let writing = true;
    const watching = (async () => {
      while (writing) {
        peak = Math.max(peak, await residentKib(worker.pid));
        await sleep(50);
      }
    })();
    const status = await service.ended(job_id, 600);
    writing = false;
    await watching;
    assert.equal(status.status, "finished", status.message);
    assert.equal(status.sha256, await expectedSha256(service.db.url, body), "the file differs from COPY");
    const mib = peak / 1024;
    peaks.push(mib);
    console.log(
      `  ${storage}, ${name}: ${status.rows} records, ${(status.size / 1e6).toFixed(0)} MB in ` +
        `${status.run_seconds.toFixed(1)} s; peak ${mib.toFixed(0)} MiB`,
    );
  }
  const ratio = peaks[1]! / peaks[0]!;
  const holds = ratio <= MOST_RATIO && peaks[1]! < MOST_MIB;
  console.log(
    `  ${storage}: ${ratio.toFixed(2)} times as much for the large file (at most ${MOST_RATIO}): ${
      holds ? "ok" : "MISSED"
    }`,
  );
  return holds;
}

let hold = await measure("local storage", {});
if (s3Url) {
  await using bucket = await testBucket();
  hold = await measure("S3", s3Environment(bucket.name)) && hold;
}
Deno.exit(hold ? 0 : 1);
