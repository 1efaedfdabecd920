import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { isInstalled } from "../../helpers/installed.ts";
import { copyProject, type ProjectCopy, type TaskRun } from "../../helpers/project_copy.ts";
import { type Running, runningWith, signalTo } from "../../helpers/running.ts";
import { until } from "../../helpers/until.ts";

let project: ProjectCopy;
Deno.test.beforeAll(async () => {
  project = await copyProject();
});
Deno.test.afterAll(async () => await project[Symbol.asyncDispose]());

/** Waits until everything runs; gives the API's address and the token. */
async function ready(run: TaskRun): Promise<{ url: string; token: string }> {
  const [, url, token] = await until("the stack runs", () => {
    const found = /The API listens on (\S+)\. Your token, an administrator's: (\S+)/.exec(run.output());
    if (!found && /Stopping/.test(run.output())) throw new Error(run.output());
    return found;
  });
  return { url: url!, token: token! };
}

/** The process that has started the others. */
async function supervisor(): Promise<number> {
  const child = await until(
    "it has started a process",
    async () => (await runningWith(`file://${project.folder}/`))[0],
  );
  return child.ppid;
}

async function nothingRuns(supervisor: number): Promise<void> {
  let left: Running[] = [];
  await until("no process is left", async () => {
    left = (await runningWith("")).filter(({ pid, command }) =>
      pid === supervisor || command.includes(project.folder)
    );
    return left.length === 0;
  }).catch((error) => assert.deepEqual(left, [], String(error)));
}

Deno.test("the service runs until it is told to stop, and then nothing of it runs", async (t) => {
  await using run = project.task(["start"]);
  const { url, token } = await ready(run);
  const response = await fetch(`${url}/v1/check_detached_generation_status/?job_id=1`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  assert.equal(response.status, 200);
  await response.body?.cancel();
  await t.step("the commands that are shown work as they stand", async () => {
    const [, url, token, body] =
      /curl -sS (\S+) -H 'Authorization: Bearer (\S+)'[^-]*-H 'Content-Type: application\/json' -d '(.*)'/s
        .exec(run.output())!;
    const response = await fetch(url!, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: body!.split("'")[0]!,
    });
    assert.equal(response.status, 200, await response.text());
  });
  await t.step("a second start in the same folder says that the first one runs", async () => {
    await using second = project.task(["start"]);
    assert.equal(await second.ended, 1);
    assert.match(second.output(), /is in use by process \d+, which runs already\. Stop it first/);
  });
  run.kill("SIGINT");
  assert.equal(await run.ended, 0);
  assert.deepEqual(await runningWith(project.folder), []);
});

Deno.test("stopped at any moment, by any signal, it leaves no process", async () => {
  const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  for (const [i, milliseconds] of [100, 300, 500, 700, 900, 1200, 1600].entries()) {
    await using run = project.task(["start"]);
    await sleep(milliseconds);
    run.kill(signals[i % signals.length]!);
    await run.ended;
    assert.deepEqual(await runningWith(project.folder), [], `after ${milliseconds} ms\n${run.output()}`);
  }
});

Deno.test("killed, it leaves no process either, and the next start works", async () => {
  for (const isReady of [true, false]) {
    await using run = project.task(["start"]);
    if (isReady) await ready(run);
    const pid = await supervisor();
    await signalTo(pid, "KILL");
    await run.ended;
    await nothingRuns(pid);
  }
  await using again = project.task(["start"]);
  await ready(again);
});

Deno.test("it stops when the deno task that has started it is killed", async () => {
  await using run = project.task(["start"]);
  await ready(run);
  const pid = await supervisor();
  run.kill("SIGKILL");
  await run.ended;
  await nothingRuns(pid);
});

// What npx does: a shell in between, which a SIGTERM ends, and nobody tells deno task.
const NPX = `
  process.title = "npm exec deno task start";
  const env = { ...process.env, npm_command: "exec" };
  const args = ["-c", '"$0" task start; exit $?', process.argv[1]];
  const shell = require("node:child_process").spawn("sh", args, { stdio: "inherit", env });
  process.on("SIGTERM", () => shell.kill("SIGTERM"));
  shell.on("exit", (code) => process.exit(code ?? 143));
`;

const NODE = ["/usr/bin/node", "/usr/local/bin/node"].find(isInstalled);

Deno.test({
  name: "it stops when npx is ended, which passes the signal on to nobody (needs Node.js)",
  ignore: !NODE,
}, async () => {
  await using run = project.command(NODE!, ["-e", NPX, Deno.execPath()]);
  await ready(run);
  const pid = await supervisor();
  run.kill("SIGTERM");
  await nothingRuns(pid);
  await run.ended;
});

Deno.test("where one of its processes ends by itself, it says so, stops and fails", async () => {
  await using run = project.task(["start"]);
  await ready(run);
  const worker = await until(
    "the worker runs",
    async () => (await runningWith(`file://${project.folder}/worker/main.ts`))[0],
  );
  await signalTo(worker.pid, "KILL");
  assert.equal(await run.ended, 1);
  assert.match(run.output(), /^The worker has ended by itself, with exit code \d+\.$/m);
  assert.deepEqual(await runningWith(project.folder), []);
});

Deno.test("a port that was asked for and is taken is refused with a sentence", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await using run = project.task(["start"], { PORT: String(port) });
  assert.equal(await run.ended, 4);
  assert.match(
    run.output(),
    new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is taken\\. Set PORT to another one\\.$`, "m"),
  );
});

Deno.test("a setting that is wrong is refused with a sentence before anything starts", async () => {
  await using run = project.task(["start"], { WORKER_CONCURRENCY: "many" });
  assert.equal(await run.ended, 2);
  assert.match(run.output(), /^WORKER_CONCURRENCY must be a whole number\.$/m);
});
