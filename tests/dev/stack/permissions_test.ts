import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import { type ProcessKind, settingsOf } from "../../../lib/config.ts";
import { processFlags } from "../../../lib/dev/stack/process_flags.ts";

interface PermissionSet {
  env?: { allow?: string[]; ignore: boolean };
  read?: unknown;
  write?: unknown;
  sys?: string[];
}
const sets = config.permissions as unknown as Record<string, PermissionSet>;
const tasks = Object.entries(config.tasks).map(([name, { command }]) => ({ name, command }));
const runs = tasks.filter(({ command }) => command.includes("deno run"));

/** The permission set that a command line names. */
const setIn = (words: string): string | undefined => /(?:-P|--permission-set)=(\w+)/.exec(words)?.[1];

/** Whether a permission set lets a process see a variable. */
const maySee = (set: string, variable: string): boolean =>
  sets[set]!.env!.allow!.some((name) =>
    name.endsWith("*") ? variable.startsWith(name.slice(0, -1)) : variable === name
  );

const KINDS: Record<string, ProcessKind> = {
  api: "api",
  worker: "worker",
  stack: "stack",
  database: "command",
  load: "command",
};
for (const [set, kind] of Object.entries(KINDS)) {
  Deno.test(`the permission set "${set}" shows a process every setting that it reads, and no secret besides`, () => {
    const reads = settingsOf(kind);
    assert.deepEqual(reads.filter((name) => !maySee(set, name)), []);
    const secrets = ["DATABASE_URL", "EXPORT_DATABASE_URL", "METRICS_TOKEN", "URL_SIGNING_SECRET"] as const;
    assert.deepEqual(secrets.filter((name) => maySee(set, name) && !reads.includes(name)), []);
  });
}

Deno.test("`demo` and `start` run API and worker with the permission sets of `serve` and `worker`", () => {
  const reach = { net: ["127.0.0.1:1"], storageDir: "files" };
  for (const [task, module] of [["serve", "main.ts"], ["worker", "worker/main.ts"]] as const) {
    const flags = processFlags(module, reach).join(" ");
    assert.equal(setIn(flags), setIn(tasks.find(({ name }) => name === task)!.command));
    assert.match(flags, /--frozen/);
  }
});

Deno.test("a worker may make way for others, the API may not", () => {
  assert.ok(sets["worker"]!.sys!.includes("setPriority"));
  assert.ok(!sets["api"]!.sys!.includes("setPriority"));
});

Deno.test("no task asks for every permission, or stops to ask for one", () => {
  for (const { name, command } of tasks) {
    assert.doesNotMatch(
      command,
      /(^|\s)(-A|--allow-all|--allow-(env|run|write|read|net|ffi|sys))(\s|$)/,
      name,
    );
  }
  for (const { name, command } of runs) {
    assert.match(command, /--no-prompt/, name);
    const set = setIn(command);
    if (set) assert.ok(sets[set], `${name} runs with a permission set that is not there: ${set}`);
  }
});

Deno.test("only the commands that write where their user says may write anywhere", () => {
  const anywhere = Object.keys(sets).filter((name) => sets[name]!.write === true);
  assert.deepEqual(anywhere.sort(), ["client", "load"]);
});

Deno.test("API and worker run what the lock file says, or not at all", () => {
  for (const { name, command } of runs.filter(({ name }) => name === "serve" || name === "worker")) {
    assert.match(command, /--frozen/, name);
  }
});
