import assert from "node:assert/strict";
import deno from "../../deno.json" with { type: "json" };
import { runTask } from "../helpers/run_task.ts";

/** A setting that every task would stop for, if it read it. */
const WRONG = { DATABASE_URL: "nonsense", PORT: "many", WORKER_CURSORS: "many" };

for (const task of Object.keys(deno.tasks).filter((name) => name !== "encoder")) {
  Deno.test(`deno task ${task} --help says what it does, before it reads a setting or does anything`, async () => {
    const ways = [["--help"], ["-h"], ["--", "--help"]];
    for (
      const { code, out, err } of await Promise.all(ways.map((words) => runTask([task, ...words], WRONG)))
    ) {
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, new RegExp(`^(Usage: |Makes .*\\n\\n  )deno task ${task}\\b`));
      assert.match(out, /^Exit codes: 0 /m);
    }
  });
}

Deno.test("every task's --version is the release, before it reads a setting or does anything", async () => {
  const tasks = Object.keys(deno.tasks).filter((name) => name !== "encoder");
  for (const answers of await Promise.all(tasks.map((task) => runTask([task, "--version"], WRONG)))) {
    assert.deepEqual(answers, { code: 0, out: `${deno.version}\n`, err: "" });
  }
});

// What `deno test` does not know, it says itself.
for (const task of Object.keys(deno.tasks).filter((name) => !["encoder", "test", "bench"].includes(name))) {
  Deno.test(`deno task ${task} refuses an option that it does not know, in one sentence`, async () => {
    const { code, out, err } = await runTask(
      [task, ...(task === "token" ? ["list"] : []), "--nonsense"],
      WRONG,
    );
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, /^[^\n]*--nonsense[^\n]*See "deno task \w+ --help"\.\n$|^It takes no arguments\./);
  });
}
