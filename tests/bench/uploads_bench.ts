/**
 * An API's peak memory (RSS) while it receives a file of 50 MB, one of 200 MB, and four of 200 MB
 * at a time: at most 1.3 times as much for the large one as for the small one. Each upload is compared by its
 * SHA-256 with what was stored of it. On local storage, and on S3 where there is a server.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { UploadForm } from "../../lib/client/upload_form.ts";
import { C_FIELDS, cRecord, uploadText } from "../helpers/file_c.ts";
import { addAgencies } from "../helpers/generations.ts";
import { s3Environment, s3Url, testBucket } from "../helpers/s3.ts";
import { type Service, startService } from "../helpers/service.ts";
import { judge, timed, usageOf } from "./measure.ts";

const MOST_RATIO = 1.3;
const LARGE_MB = Number(Deno.env.get("BENCH_MB") ?? 200);

/** Writes a File C of so many megabytes; gives its SHA-256. */
async function writeFile(path: string, megabytes: number): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const head = new TextEncoder().encode(uploadText("C-DIFF", [cRecord()]));
  const block = new TextEncoder().encode(`020,,,${"x".repeat(190)}${",".repeat(52)}\n`.repeat(4000));
  for (let bytes = 0; bytes < megabytes * 1e6;) {
    const next = bytes === 0 ? head : block;
    for (let at = 0; at < next.length;) at += await file.write(next.subarray(at));
    hash.update(next);
    bytes += next.length;
  }
  return hash.digest("hex");
}

async function send({ api, sql }: Service, path: string, sha256: string): Promise<void> {
  const form = new UploadForm({ fields: C_FIELDS, path, onProgress: () => {} });
  const response = await fetch(`${api.url}/v1/reconciliations/`, {
    method: "POST",
    headers: { Authorization: `Bearer ${api.token}`, "Content-Type": form.contentType },
    body: form.open(),
  });
  const status = await response.json();
  assert.equal(response.status, 200, status.message);
  const [stored] = await sql`
    SELECT request->'upload'->>'sha256' AS sha256 FROM file_generation
    JOIN generation_job USING (file_generation_id) WHERE job_id = ${status.job_id}`;
  assert.equal(stored!["sha256"], sha256);
}

async function measure(storage: string, env: Record<string, string>): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  const peaks: number[] = [];
  const runs: [name: string, megabytes: number, atATime: number][] = [
    ["50 MB", 50, 1],
    [`${LARGE_MB} MB`, LARGE_MB, 1],
    [`4 times ${LARGE_MB} MB at a time`, LARGE_MB, 4],
  ];
  for (const [name, megabytes, atATime] of runs) {
    await using service = await startService(env);
    await addAgencies(service.sql);
    const path = `${folder}/c.csv`;
    const sha256 = await writeFile(path, megabytes);
    const seconds = await timed(() =>
      Promise.all(Array.from({ length: atATime }, () => send(service, path, sha256)))
    );
    const { peakMib } = await usageOf(service.api.pid);
    peaks.push(peakMib);
    console.log(
      `  ${storage}, ${name}: ${seconds.toFixed(1)} s, ${
        (atATime * megabytes / seconds).toFixed(0)
      } MB/s; peak ${peakMib.toFixed(0)} MiB`,
    );
  }
  await Deno.remove(folder, { recursive: true });
  return judge(`${storage}: peak of the large file, of the small one's`, peaks[1]! / peaks[0]!, MOST_RATIO);
}

let hold = await measure("local storage", {});
if (s3Url) {
  await using bucket = await testBucket();
  hold = await measure("S3", s3Environment(bucket.name)) && hold;
}
Deno.exit(hold ? 0 : 1);
