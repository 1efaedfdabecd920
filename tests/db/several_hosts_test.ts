/** Several servers in one URL: two real ones, of which one follows the other and takes its place. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { connect, connectForQueue, openSession, type Sql } from "../../lib/db.ts";
import { exportSnapshot, inSnapshot } from "../../lib/files/snapshot.ts";
import { SpareCursors } from "../../lib/files/spare_cursors.ts";
import { freePort } from "../helpers/free_port.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { copied } from "../helpers/copy.ts";
import { type DebianPostgres, hasDebianPostgres, startDebianPostgres } from "../helpers/debian_postgres.ts";
import { assertSameBytes, contentsOf, written } from "../helpers/judge.ts";
import { startApi, startWorker } from "../helpers/process.ts";
import { runTask } from "../helpers/run_task.ts";
import { temporaryFile } from "../helpers/sources.ts";
import { fileUnderWay } from "../helpers/under_way.ts";
import { until } from "../helpers/until.ts";

const ignore = !hasDebianPostgres();

const AGENCIES =
  `CGAC AGENCY CODE,AGENCY NAME,AGENCY ABBREVIATION,FREC,FREC Entity Description,FREC ABBREVIATION,SUBTIER CODE,TOPTIER_FLAG,IS_FREC,FREC CGAC ASSOCIATION,ICON FILENAME
20,Treasury,,,,,2000,TRUE,FALSE,FALSE,
`;

/** Which server each way of connecting leads to, by its port. */
async function portsOf(url: string): Promise<number[]> {
  const port = async (sql: Sql) => {
    const [row] = await sql`SELECT inet_server_port() AS port`;
    await sql.end();
    return row!["port"] as number;
  };
  const asked = "SELECT inet_server_port() AS port";
  const session = await openSession(url, "test");
  const queue = connectForQueue(url, { max: 1, name: "test" });
  const found = await Promise.all([
    port(connect(url, { max: 1, name: "test" })),
    port(connect(url, { max: 1, name: "test", pipelined: true })),
    session.query(asked).then(({ rows }) => rows[0].port),
    queue.query(asked).then(({ rows }) => rows[0].port),
  ]);
  await Promise.all([session.end(), queue.end()]);
  return found;
}

const REPEATABLE_READ = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** A connection of each of two servers, whose next transactions have the same number there. */
async function equallyNumbered(openOurs: () => Sql, openTheirs: () => Sql): Promise<[Sql, Sql]> {
  /** The place of a connection among its server's, and the number of its transaction, which ends here. */
  const numbers = async (sql: Sql) => {
    const [row] = await sql<[{ id: string }]>`
      SELECT virtualtransaction AS id FROM pg_locks WHERE pid = pg_backend_pid() LIMIT 1`;
    return row.id.split("/").map(Number) as [place: number, transaction: number];
  };
  const opened = async (open: () => Sql) => {
    const connections = Array.from({ length: 8 }, open);
    return await Promise.all(connections.map(async (sql) => ({ sql, place: (await numbers(sql))[0] })));
  };
  const [ours, theirs] = await Promise.all([opened(openOurs), opened(openTheirs)]);
  const pair =
    ours.flatMap((our) => theirs.filter(({ place }) => place === our.place).map((their) => [our, their]))[0];
  const [our, their] = pair!.map(({ sql }) => sql) as [Sql, Sql];
  let [[, first], [, second]] = await Promise.all([numbers(our), numbers(their)]);
  for (; first < second; first++) await our`SELECT`;
  for (; second < first; second++) await their`SELECT`;
  return [our, their];
}

/** Enough that a file takes a while. */
const ROWS = 30_000;

/** A server that is just starting: it says so to everybody. */
async function startStarting(): Promise<{ port: number } & AsyncDisposable> {
  const fields = "SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
  const refusal = Buffer.concat([
    Buffer.from("E\0\0\0"),
    Buffer.from([fields.length + 4]),
    Buffer.from(fields),
  ]);
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write("N");
      socket.once("data", () => socket.end(refusal));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function caughtUp(primary: Sql, standby: DebianPostgres): Promise<void> {
  const follower = connect(standby.url, { max: 1, name: "test" });
  await until("the standby has everything", async () => {
    const [{ lsn }] = await primary<[{ lsn: string }]>`SELECT pg_current_wal_lsn()::text AS lsn`;
    const [row] = await follower`SELECT pg_last_wal_replay_lsn() >= ${lsn}::pg_lsn AS has`;
    return row!["has"];
  });
  await follower.end();
}

Deno.test({
  name:
    "several hosts in a database's URL: every task finds the one that it may use, also when another takes its place",
  ignore,
}, async (t) => {
  await using resources = new AsyncDisposableStack();
  const primary = resources.use(await startDebianPostgres());
  const admin = connect(primary.url, { max: 1, name: "test" });
  await admin`CREATE DATABASE several`;
  await admin.end();
  const standby = resources.use(await startDebianPostgres(primary.url));
  const nobody = freePort();
  const starting = resources.use(await startStarting());
  const [p, s] = [`127.0.0.1:${primary.port}`, `127.0.0.1:${standby.port}`];
  const urlOf = (hosts: string, query = "") => `postgres://postgres@${hosts}/several${query && `?${query}`}`;
  const writable = urlOf(`127.0.0.1:${nobody},${s},${p}`, "target_session_attrs=read-write");

  const kinds: [query: string, first: "p" | "s", wanted: number][] = [
    ["", "p", primary.port],
    ["target_session_attrs=any", "s", standby.port],
    ["target_session_attrs=read-write", "s", primary.port],
    ["target_session_attrs=primary", "s", primary.port],
    ["target_session_attrs=read-only", "p", standby.port],
    ["target_session_attrs=standby", "p", standby.port],
    ["target_session_attrs=prefer-standby", "p", standby.port],
  ];
  await t.step("each way of connecting leads to the server that is wanted", async () => {
    for (const [query, first, wanted] of kinds) {
      const away = [nobody, starting.port].map((port) => `127.0.0.1:${port}`);
      const hosts = [...away, ...first === "p" ? [p, s] : [s, p]].join(",");
      assert.deepEqual(await portsOf(urlOf(hosts, query)), [wanted, wanted, wanted, wanted], query);
    }
    const none = connect(urlOf(s, "target_session_attrs=primary"), { max: 1, name: "test" });
    await assert.rejects(none`SELECT 1`, { message: "no server is primary" });
    await none.end();
    const unknown = connect(urlOf(`${p},${s}`).replace("postgres@", "unknown@"), { max: 1, name: "test" });
    await assert.rejects(unknown`SELECT 1`, { code: "28000" });
    await unknown.end();
  });
  await t.step("connections are shared out where the URL says so, within one pool", async () => {
    const sql = connect(urlOf(`${p},${s}`, "load_balance_hosts=random"), { max: 20, name: "test" });
    const ports = new Set<number>();
    await Promise.all(Array.from({ length: 20 }, async () => {
      const connection = await sql.reserve();
      const [row] = await connection`SELECT inet_server_port() AS port`;
      ports.add(row!["port"]);
      connection.release();
    }));
    assert.equal(ports.size, 2);
    await sql.end();
  });
  await t.step("a snapshot is not taken for another server's of the same ID", async () => {
    await using pools = new AsyncDisposableStack();
    const open = (hosts: string) =>
      pools.adopt(connect(urlOf(hosts), { max: 1, name: "test" }), (sql) => sql.end({ timeout: 5 }));
    const [ours, theirs] = await equallyNumbered(() => open(p), () => open(s));
    await ours.begin(async (tx) => {
      const snapshot = await exportSnapshot(tx);
      await theirs.begin(async (other) => {
        assert.equal((await exportSnapshot(other)).id, snapshot.id);
        const see = (hosts: string) => inSnapshot(open(hosts), async () => {}, { exported: snapshot });
        await see(p);
        await assert.rejects(see(s), /another server's/);
      }, { mode: REPEATABLE_READ });
    }, { mode: REPEATABLE_READ });
  });

  await t.step("every task works where the standby is named first", async () => {
    await using agencies = await temporaryFile(AGENCIES, "agencies.csv");
    for (
      const words of [
        ["migrate"],
        ["token", "create", "--user", "a", "--agency", "020:reader"],
        ["load", "agencies", agencies.path],
        ["status"],
      ]
    ) {
      const { code, err, out } = await runTask(words, { DATABASE_URL: writable });
      assert.equal(code, 0, `${words[0]}: ${out}${err}`);
    }
  });

  const sql = connect(urlOf(p), { max: 2, name: "test" });
  await addContracts(sql, ROWS);
  await t.step("a file is whole where its cursors are sent to one server and another", async () => {
    await caughtUp(sql, standby);
    const contents = contentsOf({ ...allContracts, end: "01/05/2016" });
    const expected = await copied(urlOf(p), contents);
    const shared = connect(urlOf(`${p},${s}`, "load_balance_hosts=random"), { max: 3, name: "test" });
    const file = await written(shared, contents, { spare: new SpareCursors(2), rangeRows: 50 });
    await shared.end({ timeout: 5 });
    assertSameBytes(file.content.subarray(file.content.indexOf(0x0a) + 1), expected, "the file");
  });

  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  resources.defer(() => Deno.remove(storageDir, { recursive: true }));
  const api = resources.use(await startApi({ databaseUrl: writable, storageDir }));
  const worker = resources.use(await startWorker({ databaseUrl: writable, storageDir }));
  const ask = async (day: string) => {
    const response = await fetch(`${api.url}/v1/generate_detached_file/`, {
      method: "POST",
      headers: { Authorization: `Bearer ${api.token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ ...allContracts, start: day }),
    });
    return { response, job: await response.json() };
  };
  const ended = (job: { job_id: number }) =>
    until(`job ${job.job_id} has ended`, async () => {
      const response = await fetch(`${api.url}/v1/check_detached_generation_status/?job_id=${job.job_id}`, {
        headers: { Authorization: `Bearer ${api.token}` },
      });
      const status = await response.json();
      return status.status !== "waiting" && status;
    });
  const isReady = async () => {
    const response = await fetch(`${api.url}/readyz`);
    await response.body?.cancel();
    return response.status === 200;
  };
  await t.step("API and worker make a file", async () => {
    assert.equal((await ended((await ask("01/01/2015")).job)).status, "finished");
  });
  // It is held in the middle of a file until the primary is gone.
  const { job: inTheMiddle } = await ask("01/04/2015");
  await fileUnderWay(storageDir);
  worker.kill("SIGSTOP");
  await caughtUp(sql, standby);
  await sql.end();
  await t.step(
    "while no server takes writes, requests are 503 with Retry-After, and it is not ready",
    async () => {
      await primary.stop();
      worker.kill("SIGCONT");
      const { response } = await ask("01/02/2015");
      assert.equal(response.status, 503);
      assert.ok(Number(response.headers.get("Retry-After")) > 0);
      await until("it is not ready", async () => !await isReady());
    },
  );
  await t.step("once the standby is promoted, all goes on, without a restart", async () => {
    await standby.promote();
    await until("it is ready", isReady);
    const { response, job } = await ask("01/03/2015");
    assert.equal(response.status, 200);
    assert.equal((await ended(job)).status, "finished");
  });
  await t.step("the file that was being written when the primary was lost is made, whole", async () => {
    const file = await ended(inTheMiddle);
    assert.deepEqual([file.status, file.rows], ["finished", ROWS]);
    const bytes = await (await fetch(file.url)).bytes();
    assert.equal(createHash("sha256").update(bytes).digest("hex"), file.sha256);
  });
});
