import assert from "node:assert/strict";
import { connect } from "../../../lib/db.ts";
import { DatabaseInUseError, type EmbeddedPostgres, embedPostgres } from "../../../lib/dev/embedded/index.ts";
import { keepPermissions } from "../../../lib/dev/embedded/embed.ts";
import { runningWith, signalTo } from "../../helpers/running.ts";
import { until } from "../../helpers/until.ts";

/** A project's folder; the account that Postgres runs as can get into it, unless `mode` says otherwise. */
async function makeProject(mode = 0o755): Promise<string> {
  const path = await Deno.makeTempDir({ prefix: "detached-embedded-" });
  await Deno.chmod(path, mode);
  return path;
}

// Laying out the programs takes a while: each test has a cluster of its own in one project.
let project = "";
Deno.test.beforeAll(async () => {
  project = await makeProject();
});
Deno.test.afterAll(() => Deno.remove(project, { recursive: true }));

async function query(server: EmbeddedPostgres, text: string): Promise<Record<string, unknown>[]> {
  const sql = connect(server.url, { max: 1, name: "test" });
  try {
    return [...await sql.unsafe(text)].map((row) => ({ ...row }));
  } finally {
    await sql.end();
  }
}

/** A name for a cluster, by which its processes are found among all others. */
const uniqueName = () => `t${crypto.randomUUID().slice(0, 8)}`;

/** The server process of a cluster. */
const serverOf = async (name: string) =>
  (await runningWith(name)).find(({ command }) => command.includes("/bin/postgres -D"));

const noProcessesOf = (name: string) =>
  until(`no process of ${name} is left`, async () => (await runningWith(name)).length === 0);

Deno.test("Postgres starts in an empty folder, and keeps its data from one start to the next", async () => {
  const name = uniqueName();
  {
    await using server = await embedPostgres({ project, name });
    assert.match(server.version, /^18\./);
    await query(server, "CREATE TABLE kept AS SELECT 'still here' AS what");
  }
  assert.deepEqual(await runningWith(name), []);
  await using server = await embedPostgres({ project, name });
  assert.deepEqual(await query(server, "SELECT * FROM kept"), [{ what: "still here" }]);
});

Deno.test("Postgres listens on loopback alone, in UTF-8, and asks for the password", async () => {
  await using server = await embedPostgres({ project, name: uniqueName() });
  const [row] = await query(
    server,
    `SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets,
      current_setting('server_encoding') AS encoding`,
  );
  assert.deepEqual(row, { addresses: "127.0.0.1", sockets: "", encoding: "UTF8" });
  const url = new URL(server.url);
  url.password = "wrong";
  const sql = connect(url.href, { max: 1, name: "test" });
  await assert.rejects(sql`SELECT 1`, { code: "28P01" });
  await sql.end();
});

Deno.test("a project that only its owner can enter works too", async () => {
  // For root this is a project in /root: Postgres then runs as an account that cannot get there.
  const project = await makeProject(0o700);
  await using server = await embedPostgres({ project });
  const [row] = await query(server, "SELECT current_setting('data_directory') AS folder");
  const folder = String(row!["folder"]);
  assert.equal(folder.startsWith(Deno.uid() === 0 ? "/var/tmp/detached-files-" : project), true);
  await server.stop();
  await Deno.remove(project, { recursive: true });
  if (Deno.uid() === 0) await Deno.remove(folder.split("/").slice(0, 4).join("/"), { recursive: true });
});

Deno.test("a second start on the same data is refused with a sentence", async () => {
  const name = uniqueName();
  await using _first = await embedPostgres({ project, name });
  await assert.rejects(embedPostgres({ project, name }), (error) => {
    assert(error instanceof DatabaseInUseError);
    assert.match(error.message, /is in use by process \d+, which runs already\. Stop it first/);
    return true;
  });
});

Deno.test("Postgres that a killed process has left running is taken over, with its data", async () => {
  const name = uniqueName();
  const first = await embedPostgres({ project, name });
  await query(first, "CREATE TABLE kept AS SELECT 1 AS number");
  const processes = await runningWith(name);
  const keeper = processes.find(({ command }) => command.includes("keep.ts"));
  await signalTo(keeper!.pid, "KILL");
  await assert.rejects(first.lost, /has ended/);
  await first.stop();
  const left = await serverOf(name);
  assert(left, "the server still runs");

  await using second = await embedPostgres({ project, name });
  assert.deepEqual(await query(second, "SELECT * FROM kept"), [{ number: 1 }]);
  assert.equal((await runningWith(name)).some(({ pid }) => pid === left.pid), false);
});

Deno.test("a postmaster.pid whose number is another process's by now does no harm", async () => {
  const name = uniqueName();
  const first = await embedPostgres({ project, name });
  const server = (await serverOf(name))!;
  await signalTo(server.pid, "KILL");
  await assert.rejects(first.lost, /ended by itself/);
  await first.stop();
  // The same account's, so that Postgres takes it for another Postgres.
  const data = `${project}/.data/embedded/${name}-18/data`;
  await using other = await embedPostgres({ project, name: uniqueName() });
  const otherPid = (await Deno.readTextFile(
    `${(await query(other, "SHOW data_directory"))[0]!["data_directory"]}/postmaster.pid`,
  )).split("\n")[0]!;
  const pidFile = await Deno.readTextFile(`${data}/postmaster.pid`);
  await Deno.writeTextFile(`${data}/postmaster.pid`, pidFile.replace(/^\d+/, otherPid));

  await using second = await embedPostgres({ project, name });
  assert.deepEqual(await query(second, "SELECT 1 AS one"), [{ one: 1 }]);
});

Deno.test("a start that is given up half-way leaves no process, and the next one works", async () => {
  const name = uniqueName();
  for (const milliseconds of [50, 150, 300, 500, 700]) {
    const signal = AbortSignal.timeout(milliseconds);
    try {
      await (await embedPostgres({ project, name, signal })).stop();
    } catch (error) {
      assert.equal(error, signal.reason);
    }
    await noProcessesOf(name);
  }
  await using server = await embedPostgres({ project, name });
  assert.deepEqual(await query(server, "SELECT 1 AS one"), [{ one: 1 }]);
});

Deno.test("Postgres ends where whoever wanted it is gone before it is told that it is ready", async () => {
  const name = uniqueName();
  const { folder, version } = await (async () => {
    await using server = await embedPostgres({ project, name });
    return server;
  })();
  const keep = new URL("../../../lib/dev/embedded/keep.ts", import.meta.url).href;
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...keepPermissions(folder), keep, folder, version, name, "{}"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await child.stdout.cancel();
  await child.status;
  await child.stdin.close().catch(() => {});
  assert.deepEqual(await runningWith(name), []);
});

Deno.test("Postgres ends when the process that wanted it is killed", async () => {
  const name = uniqueName();
  const script = new URL("embed_and_wait.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--allow-run=${Deno.execPath()}`,
      "--allow-sys=uid",
      script,
      project,
      name,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value).trim(), "ready");
  assert(await serverOf(name));
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await noProcessesOf(name);
});
