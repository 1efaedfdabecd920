import assert from "node:assert/strict";
import deno from "../../../deno.json" with { type: "json" };
import { processFlags } from "../../../lib/dev/stack/process_flags.ts";

/** The folders that a flag names, besides that of files, which each process is told. */
function folders(flags: readonly string[], flag: string): string[] {
  const value = flags.find((one) => one.startsWith(`${flag}=`))!.slice(flag.length + 1);
  return value.split(",").map((path) => path.replace(/^.*\/(?=sql\/migrations)|\/$/g, ""))
    .filter((path) => path !== "$STORAGE_DIR").sort();
}

Deno.test("the API and the worker of `start` may read and write what those of `serve` and `worker` may: certificates and sockets of databases too", () => {
  for (const [module, task] of [["main.ts", "serve"], ["worker/main.ts", "worker"]] as const) {
    const own = processFlags(module, { net: [], storageDir: "$STORAGE_DIR" });
    const tasks = [...deno.tasks[task].command.matchAll(/"(--allow-\w+=[^"]*)"/g)].map(([, flag]) => flag!);
    for (const flag of ["--allow-read", "--allow-write"]) {
      assert.deepEqual(folders(own, flag), folders(tasks, flag), task);
    }
  }
});
