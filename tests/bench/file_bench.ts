/**
 * One big file, from the request to the finished file: against `psql \copy` of the same query to a file,
 * against csv-stringify over row objects, with one cursor and with several, compressed, and on S3. Every file
 * is compared with COPY by its SHA-256 before a figure is printed.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { stringify } from "csv-stringify";
import postgres from "postgres";
import { RecordEncoder } from "../../lib/files/record_encoder/record_encoder.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { S3Store } from "../../lib/storage/s3.ts";
import { boundCopy } from "../helpers/copy.ts";
import { type ApiProcess, type ServiceProcess, startApi } from "../helpers/process.ts";
import { s3Environment, s3Settings, s3Url, testBucket } from "../helpers/s3.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";
import { backendCpu, interleaved, judge, median, run, timed, usageOf } from "./measure.ts";

const ROWS = Number(Deno.env.get("BENCH_ROWS") ?? 200_000);
const PSQL = "/usr/bin/psql";
const body = { file_type: "D1", cgac_code: "097", start: "01/01/2019", end: "12/31/2019" };

await using resources = new AsyncDisposableStack();
const service = resources.use(await startService({ LEASE_SECONDS: "120", MAX_UNFINISHED_JOBS: "1000" }));
const bucket = s3Url ? resources.use(await testBucket()) : undefined;
const folder = await Deno.makeTempDir();
resources.defer(() => Deno.remove(folder, { recursive: true }));
await loadSample(service.sql);
await multiplyContracts(service.sql, { agency: "097", rows: ROWS, from: "2019-01-01", to: "2019-12-31" });
await service.sql`VACUUM ANALYZE detached_award_procurement`;
await service.sql`CHECKPOINT`;

const contents = fileTypeOf("D1").contents(requestBody.parse(body));
const oneLine = (sql: string) => sql.replace(/--.*\n/g, "").replaceAll("\n", " ");
const copy = oneLine(boundCopy(contents));
const query = copy.slice("COPY (".length, copy.lastIndexOf(") TO STDOUT"));
const header = new RecordEncoder(contents.delimiter, contents.elements);
header.addHeader(contents.header);
const headerBytes = header.take().slice();

/** The SHA-256 that the file must have: of the header line, and of what psql has written. */
async function expectedSha256(path: string): Promise<string> {
  const hash = createHash("sha256").update(headerBytes);
  for await (const chunk of (await Deno.open(path)).readable) hash.update(chunk);
  return hash.digest("hex");
}

const cpu: Record<string, { worker: number[]; backend: number[]; peakMib: number }> = {};

/**
 * Removes what earlier rounds have written, so that each finds the machine as the others did: a virtual
 * machine's memory that nothing has used yet is several times slower to write to, the page cache's too.
 */
async function removeFiles(): Promise<void> {
  const paths = (await service.storedFiles()).map((path) => `${service.storageDir}/${path}`);
  for (const path of [...paths, `${folder}/psql.csv`]) {
    await Deno.remove(path).catch((error) => assert.ok(error instanceof Deno.errors.NotFound));
  }
  for (const key of await bucket?.objects() ?? []) await bucket!.delete(key);
}

/** Has a worker make the file anew; gives the seconds from the request to the finished file. */
async function generate(
  name: string,
  worker: () => Promise<ServiceProcess>,
  { more = {}, api = service.api }: { more?: Record<string, string>; api?: ApiProcess } = {},
): Promise<number> {
  await service
    .sql`UPDATE data_source SET version = version + 1, counted_from = version + 1 WHERE source_table = 'detached_award_procurement'`;
  await using process = await worker();
  await removeFiles();
  const before = { worker: await usageOf(process.pid), backend: await backendCpu(service.sql) };
  let sha256 = "";
  const seconds = await timed(async () => {
    const { job_id } = (await api.send("POST", "/v1/generate_detached_file/", { ...body, ...more })).json;
    const url = `${api.url}/v1/check_detached_generation_status/?job_id=${job_id}`;
    const headers = { Authorization: `Bearer ${api.token}`, Prefer: "wait=45" };
    let status;
    do status = await (await fetch(url, { headers })).json(); while (status.status === "waiting");
    assert.equal(status.status, "finished", status.message);
    sha256 = status.sha256;
  });
  if (!("compression" in more)) assert.equal(sha256, expected, "the file differs from COPY");
  const after = await usageOf(process.pid);
  const used = cpu[name] ??= { worker: [], backend: [], peakMib: 0 };
  used.worker.push(after.cpu - before.worker.cpu);
  used.backend.push(await backendCpu(service.sql) - before.backend);
  used.peakMib = Math.max(used.peakMib, after.peakMib);
  return seconds;
}

async function psql(): Promise<number> {
  await removeFiles();
  const before = await backendCpu(service.sql);
  const args = ["-qAtX", "-c", `\\copy (${query}) to '${folder}/psql.csv' csv`, service.db.url];
  const seconds = await timed(() => run(PSQL, args));
  // What a backend has used is known as its server's a moment after its end.
  const used = await until(
    "the backend is gone",
    async () => {
      const found = await backendCpu(service.sql) - before;
      return found > 0 && found;
    },
  );
  (cpu["psql"] ??= { worker: [], backend: [], peakMib: 0 }).backend.push(used);
  return seconds;
}

/** What the incumbent does: `psql \copy` to a local file, and when that is whole, its upload. */
async function psqlThenUpload(): Promise<number> {
  const seconds = await psql();
  using store = new S3Store({ bucket: bucket!.name, forcePathStyle: true, client: s3Settings() });
  return seconds + await timed(async () => {
    const writer = await store.create({ key: "1/1/psql.csv", fileName: "psql.csv", contentType: "text/csv" });
    using file = await Deno.open(`${folder}/psql.csv`);
    const buffer = new Uint8Array(1 << 20);
    for (let count; (count = await file.read(buffer)) !== null;) {
      await writer.write(buffer.subarray(0, count));
    }
    await writer.finish();
  });
}

/** What the libraries' documentations suggest: a cursor of row objects, piped through csv-stringify. */
async function stringifyRows(): Promise<number> {
  const sql = postgres(service.db.url, { max: 1 });
  const seconds = await timed(async () => {
    using file = await Deno.open(`${folder}/stringify.csv`, { write: true, create: true, truncate: true });
    const out = stringify({ cast: { boolean: (value) => (value ? "t" : "f") } });
    const written = (async () => {
      for await (const chunk of out) await file.write(chunk);
    })();
    for await (const rows of sql.unsafe(query).cursor(1000)) {
      for (const row of rows) if (!out.write(row)) await new Promise((resolve) => out.once("drain", resolve));
    }
    out.end();
    await written;
  });
  await sql.end();
  return seconds;
}

await psql();
const expected = await expectedSha256(`${folder}/psql.csv`);
const { size } = await Deno.stat(`${folder}/psql.csv`);
const s3 = () => s3Environment(bucket!.name);

// An API that is set to another storage takes the file for lost, and has it made again.
const onS3 = bucket
  ? {
    api: resources.use(
      await startApi({ databaseUrl: service.db.url, storageDir: service.storageDir, env: s3() }),
    ),
  }
  : {};

const one = () => service.worker({ WORKER_CURSORS: "1" });
const two = () => service.worker({ WORKER_CURSORS: "2" });
const three = () => service.worker();
const seconds = await interleaved({
  psql,
  "one cursor": () => generate("one cursor", one),
  "two cursors": () => generate("two cursors", two),
  "three cursors": () => generate("three cursors", three),
  gzip: () => generate("gzip", one, { more: { compression: "gzip" } }),
  ...(bucket && {
    S3: () => generate("S3", () => service.worker({ WORKER_CURSORS: "1", ...s3() }), onS3),
    "three cursors to S3": () => generate("three cursors to S3", () => service.worker(s3()), onS3),
    "psql, then upload": psqlThenUpload,
  }),
});
const slow = await interleaved({ "csv-stringify": stringifyRows }, 1);
const all: Record<string, number[]> = { ...seconds, ...slow };

console.log(
  `  ${ROWS.toLocaleString("en-US")} records of ${Math.round(size / ROWS)} bytes, ${
    Math.round(size / 1e6)
  } MB:`,
);
for (const [name, values] of Object.entries(all)) {
  const used = cpu[name];
  const more = used &&
    `; CPU seconds: backend ${median(used.backend).toFixed(1)}` +
      (used.worker.length > 0
        ? `, worker ${median(used.worker).toFixed(1)}, its peak ${Math.round(used.peakMib)} MiB`
        : "");
  console.log(
    `    ${name}: ${median(values).toFixed(2)} s (${values.map((s) => s.toFixed(2)).join(" ")})${more ?? ""}`,
  );
}
const ratio = (a: string, b: string) => median(all[a]!) / median(all[b]!);
const holds = [
  judge("one cursor, of psql \\copy's time", ratio("one cursor", "psql"), 0.95),
  judge("one cursor, of csv-stringify's time", ratio("one cursor", "csv-stringify"), 0.4),
  judge("three cursors, as is the default, of psql \\copy's time", ratio("three cursors", "psql"), 0.6),
  judge("gzip, of the plain file's time", ratio("gzip", "one cursor"), 1.25),
  ...(bucket
    ? [judge("with the upload to S3, of the local file's time", ratio("S3", "one cursor"), 1.15)]
    : []),
];
if (bucket) {
  console.log(
    `  with the upload to S3, of the incumbent's way: ${ratio("S3", "psql, then upload").toFixed(2)}`,
  );
  console.log(
    `  the same with three cursors: ${ratio("three cursors to S3", "psql, then upload").toFixed(2)}`,
  );
}
await resources.disposeAsync();
Deno.exit(holds.every(Boolean) ? 0 : 1);
