/**
 * What becomes of an upload, whatever befalls its request, its API and its worker: real processes, both
 * storages.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyAsItComes } from "../../routes/request/upload_body.ts";
import { C_FIELDS, cRecord, uploadForm, uploadText } from "../helpers/file_c.ts";
import { addAgencies } from "../helpers/generations.ts";
import { rawConnection } from "../helpers/raw_http.ts";
import { leftoversIn, s3Environment, s3Url, type TestBucket, testBucket } from "../helpers/s3.ts";
import { type Service, startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const GOOD = uploadText("C-DIFF", [cRecord(), cRecord({ PIID: "" })]);
const PART = 8 << 20;

interface Place extends AsyncDisposable {
  service: Service;
  /** Every object of the storage, and whatever else takes up room in it. */
  stored(): Promise<string[]>;
}

async function local(): Promise<Place> {
  const service = await startService();
  return {
    service,
    stored: service.storedFiles,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

async function s3(): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const bucket: TestBucket = stack.use(await testBucket());
  const service = stack.use(
    await startService(s3Environment(bucket.name)),
  );
  const owned = stack.move();
  return {
    service,
    stored: async () => [...await bucket.objects(), ...await leftoversIn(bucket)],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function send({ api }: Service, form: FormData): Promise<Record<string, unknown>> {
  const response = await fetch(`${api.url}/v1/reconciliations/`, {
    method: "POST",
    headers: { Authorization: `Bearer ${api.token}` },
    body: form,
  });
  return await response.json();
}

/** Begins an upload that never ends, with so many bytes of its file. */
async function beginUpload({ api }: Service, bytes: number, headers = "", content = GOOD) {
  const { hostname, port } = new URL(api.url);
  const connection = await rawConnection(Number(port), hostname);
  const fields = Object.entries(C_FIELDS).map(([name, value]) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  ).join("");
  const text =
    `${fields}--b\r\nContent-Disposition: form-data; name="file"; filename="c.csv"\r\n\r\n${content}` +
    `${",".repeat(55)}\n`.repeat(Math.ceil(bytes / 56));
  await connection.send(
    `POST /v1/reconciliations/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.token}\r\n${headers}` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${
        text.length + 20_000_000
      }\r\n\r\n${text}`,
  );
  return connection;
}

/** The notes of uploads that nobody has removed yet. */
const notes = ({ sql }: Service) =>
  sql`SELECT FROM unpublished_object WHERE attempt IS NULL AND swept_at IS NULL`;

const places = [["a folder", local, false], ["S3", s3, s3Url === undefined]] as const;
for (const [where, open, ignore] of places) {
  Deno.test({
    name:
      `an upload in ${where} is kept until its job has ended, and nothing is left of one that came to nothing`,
    ignore,
    async fn(t) {
      await using place = await open();
      const { service, stored } = place;
      await addAgencies(service.sql);
      const job = await send(service, uploadForm(GOOD));
      const cancelled = await send(service, uploadForm(GOOD));
      await t.step("it waits in the storage for a worker", async () => {
        assert.deepEqual([job["status"], (await stored()).length], ["waiting", 2]);
      });
      await t.step("of one whose client hangs up in the middle nothing is left", async () => {
        const connection = await beginUpload(service, PART + 1_000_000);
        await until("it is under way", async () => (await notes(service)).count === 3);
        connection[Symbol.dispose]();
        await until(
          "it is gone",
          async () => (await notes(service)).count === 2 && (await stored()).length === 2,
        );
      });
      await t.step(
        "a client that looks for a response only once it has sent all sees why it was refused",
        async () => {
          for (const kind of ["close", "keep-alive"]) {
            using connection = await beginUpload(service, 0, `Connection: ${kind}\r\n`, "a,b\n");
            for (let sent = 0; sent < 20; sent++) await connection.send("1,2\n".repeat(250_000));
            assert.match(await connection.until("\r\n\r\n"), /^HTTP\/1\.1 400 /, kind);
          }
          assert.deepEqual([(await notes(service)).count, (await stored()).length], [2, 2]);
        },
      );
      await t.step(
        "a worker that is killed while it reads costs time; then nothing is left but the differences",
        async () => {
          const { json } = await service.api.send("DELETE", `/v1/generations/${cancelled["job_id"]}`);
          assert.equal(json.state, "cancelled");
          const large = await send(service, uploadForm(GOOD + `${",".repeat(55)}\n`.repeat(60_000)));
          const first = await service.worker({ WORKER_CONCURRENCY: "1" });
          await until(
            "it is being read",
            async () => (await service.status(Number(large["job_id"]))).state === "running",
          );
          first.kill("SIGKILL");
          await first.ended;
          await service.endLeases();
          const second = await service.worker();
          for (const { job_id } of [job, large]) {
            const { status, message, findings, rows } = await service.ended(Number(job_id));
            assert.deepEqual([status, message], ["finished", ""], second.log());
            assert.equal(findings.C11, 1);
            assert.equal(Object.values(findings as Record<string, number>).reduce((a, b) => a + b), rows);
          }
          await until("the uploads are gone", async () => (await stored()).length === 2);
          assert.ok((await stored()).every((key) => !key.includes("uploads/")));
        },
      );
      await t.step("of one whose API is killed in the middle nothing is left", async () => {
        using _connection = await beginUpload(service, PART + 1_000_000);
        await until("it is under way", async () => (await stored()).length > 2);
        service.api.kill("SIGKILL");
        await service.api.ended;
        // Two minutes later.
        await service.sql`UPDATE unpublished_object SET sweep_at = now() WHERE file_generation_id IS NULL`;
        await until(
          "it is gone",
          async () => (await notes(service)).count === 0 && (await stored()).length === 2,
        );
      });
    },
  });
}

Deno.test("an upload may take its time, but is 408 once nothing of it comes any more", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const raw = new Request("http://x", { method: "POST", body: readable });
  const read: number[] = [];
  const reading = (async () => {
    for await (const bytes of bodyAsItComes({ req: { raw }, env: {} } as never, 1.5)) read.push(bytes.length);
  })();
  // Longer in all than may pass without a byte.
  for (let n = 0; n < 5; n++) {
    await sleep(400);
    await writer.write(new Uint8Array(1));
  }
  await assert.rejects(reading, { code: "upload_stalled" });
  assert.equal(read.length, 5);
});
