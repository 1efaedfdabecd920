import assert from "node:assert/strict";
import { copyProject } from "./helpers/project_copy.ts";
import { isThorough } from "./helpers/thorough.ts";

// Those that start programs of the project's own, or read its files.
const TESTS = ["tests/docs/examples_test.ts", "tests/docs/references_test.ts", "tests/storage/local_test.ts"];

Deno.test({
  name:
    "the tests pass in a folder whose name has a blank, an umlaut and a percent sign (needs TEST_THOROUGH)",
  ignore: !isThorough,
}, async () => {
  await using project = await copyProject({ name: "detached projeçt ü 100%", withTests: true });
  await using run = project.task(["test", ...TESTS]);
  assert.equal(await run.ended, 0, run.output());
  assert.match(run.output(), /^ok \| [1-9]\d* passed .*\| 0 failed/m);
});
