import assert from "node:assert/strict";
import { ENVIRONMENT, processFlags, type ServiceModule } from "../../../lib/dev/stack/process_flags.ts";

const { tasks } = JSON.parse(await Deno.readTextFile("deno.json")) as { tasks: Record<string, string> };

/** Whether `--allow-env` of a task lets it read a variable. */
function mayRead(task: string, variable: string): boolean {
  const [, names] = /--allow-env=(\S+)/.exec(tasks[task]!)!;
  return names!.split(",").some((name) =>
    name.endsWith("*") ? variable.startsWith(name.slice(0, -1)) : variable === name
  );
}

for (const task of ["demo", "start", "serve", "worker", "migrate"]) {
  Deno.test(`deno task ${task} may read every setting`, () => {
    assert.deepEqual(ENVIRONMENT.filter((variable) => !mayRead(task, variable)), []);
  });
}

Deno.test("a worker may make way for others, the API may not", () => {
  const lowers = (module: ServiceModule) =>
    processFlags(module, { net: [], storageDir: "files" }).some((flag) => flag.includes("setPriority"));
  assert.deepEqual([lowers("worker/main.ts"), lowers("main.ts")], [true, false]);
  assert.match(tasks["worker"]!, /--allow-sys=[\w,]*\bsetPriority\b/);
  assert.doesNotMatch(tasks["serve"]!, /setPriority/);
});

Deno.test("no task asks for every permission, or stops to ask for one", () => {
  for (const [task, command] of Object.entries(tasks)) {
    assert.doesNotMatch(
      command,
      /(^|\s)(-A|--allow-all|--allow-env|--allow-run|--allow-write|--allow-ffi)(\s|$)/,
      task,
    );
    if (/\bdeno run\b/.test(command)) assert.match(command, /--no-prompt/, task);
  }
});
