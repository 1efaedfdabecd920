import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { freePort } from "../helpers/free_port.ts";
import { testDatabase } from "../helpers/database.ts";
import { startApi, startWorker } from "../helpers/process.ts";
import { converse, rawConnection } from "../helpers/raw_http.ts";
import { until } from "../helpers/until.ts";

const OPEN_FILES = 120;
const SILENT = 300;

const alive = async (port: number) =>
  /^HTTP\/1\.1 200 /.test(
    await converse(port, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").catch(() => ""),
  );

/** Opens more connections than there are file descriptors, says nothing on any, and closes them. */
async function exhaust(port: number): Promise<void> {
  const silent = await Promise.all(Array.from({ length: SILENT }, () => rawConnection(port)));
  silent.forEach((connection) => connection[Symbol.dispose]());
}

Deno.test("an API with few file descriptors refuses connections early, says so, and answers the next ones", async () => {
  await using db = await testDatabase();
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  await using api = await startApi({ databaseUrl: db.url, storageDir, openFiles: OPEN_FILES });
  const port = Number(new URL(api.url).port);
  await until(
    "it has said so",
    () => /fewer connections than wanted, because of the limit of open files/.test(api.log()),
  );
  for (let round = 0; round < 3; round++) {
    await exhaust(port);
    await until("it answers again", () => alive(port));
  }
  await until("it has said so", () => /as many connections are open as are taken/.test(api.log()));
  assert.equal((await api.send("GET", "/readyz")).status, 200);
  await Deno.remove(storageDir, { recursive: true });
});

Deno.test("a worker's figures survive running out of connections, and so does the worker", async () => {
  await using db = await testDatabase();
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  const port = freePort();
  const env = { WORKER_METRICS_PORT: String(port), HOST: "127.0.0.1" };
  await using worker = await startWorker({ databaseUrl: db.url, storageDir, env, openFiles: OPEN_FILES });
  await exhaust(port);
  await until("it answers again", () => alive(port));
  worker.kill("SIGTERM");
  assert.equal(await worker.ended, 0);
  await Deno.remove(storageDir, { recursive: true });
});

Deno.test("a process whose limit of open files is too low does not start, and says why", async () => {
  await using db = await testDatabase();
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  await assert.rejects(
    startApi({ databaseUrl: db.url, storageDir, openFiles: 60 }),
    /ended with code 2:\nThis process may open \d+ more files, and needs 56 at least\. Raise its limit \(ulimit -n\)\./,
  );
  await Deno.remove(storageDir, { recursive: true });
});

Deno.test("a server that has had no file descriptor left to accept with listens anew", async () => {
  const port = freePort();
  const script = fileURLToPath(new URL("serve_without_limit.ts", import.meta.url));
  const args = ["run", "--no-prompt", "--cached-only", "--allow-net=127.0.0.1", "--ignore-env", script];
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", `ulimit -n ${OPEN_FILES} && exec "$@"`, "sh", Deno.execPath(), ...args, String(port)],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) log += text;
  })();
  try {
    await until("it listens", () => log.includes("listening"));
    await exhaust(port);
    await until("it answers again", () => alive(port));
    await until(
      "it has said so",
      () => /connections are no longer accepted: listening anew[^]*listening again/.test(log),
    );
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await reading;
  }
});
