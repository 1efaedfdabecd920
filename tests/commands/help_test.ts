import assert from "node:assert/strict";
import deno from "../../deno.json" with { type: "json" };
import { UsageError } from "../../lib/process_error.ts";
import { readOptions } from "../../lib/run_main.ts";
import { runDenoTask, runTask } from "../helpers/run_task.ts";

/** A setting that every task would stop for, if it read it. */
const WRONG = { DATABASE_URL: "nonsense", PORT: "many", WORKER_CURSORS: "many" };

/** The numbers of exit codes, in order. */
const codesIn = (text: string): number[] =>
  [...text.matchAll(/(?<=[:;|] )\d+(?= \w)/g)].map(([code]) => Number(code));

/** Those that docs/operations.md has for a task, in the columns 0 to 4 and the one besides. */
async function documentedCodes(task: string): Promise<number[]> {
  const text = await Deno.readTextFile(new URL("../../docs/operations.md", import.meta.url));
  const row = text.split("\n").find((line) =>
    new RegExp(`^\\| .${task}. \\| [^|]+ \\|.*\\|.*\\|.*\\|.*\\|`).test(line)
  );
  assert.ok(row, `${task} has no exit codes in docs/operations.md`);
  const cells = row.split("|").slice(2, -1).map((cell) => cell.trim());
  return [
    ...cells.slice(0, 5).flatMap((cell, code) => cell === "" ? [] : [code]),
    ...codesIn(`| ${cells[5]}`),
  ];
}

for (const task of Object.keys(deno.tasks).filter((name) => name !== "encoder")) {
  Deno.test(`deno task ${task} --help says what it does, before it reads a setting or does anything`, async () => {
    for (
      const { code, out, err } of await Promise.all([
        runDenoTask([task, "--help"], WRONG),
        runTask([task, "-h"], WRONG),
      ])
    ) {
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, new RegExp(`^(Usage: |(?:Makes|Sends) .*\\n\\n  )deno task ${task}\\b`));
      assert.deepEqual(codesIn(/^Exit codes: [^]*/m.exec(out)![0]), await documentedCodes(task));
    }
  });
}

Deno.test("deno task passes on the -- that npm's users write before their arguments, and it is none of them", async () => {
  const { code, out } = await runDenoTask(["status", "--", "--help"], WRONG);
  assert.deepEqual([code, /^Usage: /.test(out)], [0, true]);
});

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

Deno.test("an option that is there twice is refused, where only one of its values would count", () => {
  const options = {
    user: { type: "string", short: "u" },
    agency: { type: "string", multiple: true },
    all: { type: "boolean" },
  } as const;
  const read = (...args: string[]) => readOptions("token", args, options).values;
  assert.deepEqual({ ...read("--user=ann", "--agency", "a", "--agency=b", "--all", "--all") }, {
    user: "ann",
    agency: ["a", "b"],
    all: true,
  });
  for (const second of [["--user", "bob"], ["--user=bob"], ["-u", "bob"], ["-ubob"]]) {
    assert.throws(
      () => read("--user", "ann", ...second),
      (error) =>
        error instanceof UsageError &&
        /^Option --user is there twice.*See "deno task token --help"\.$/.test(error.message),
    );
  }
});
