import assert from "node:assert/strict";
import { runProgram } from "../helpers/run_program.ts";

const SCRIPT = `
import { configureLog, log } from ${JSON.stringify(new URL("../../lib/log.ts", import.meta.url).href)};
await configureLog({ LOG_LEVEL: "debug", LOG_FORMAT: Deno.args[0] });
for (const level of ["debug", "info", "warning", "error"]) log("test")[level]("said", { level, escape: "a\\u001bb\\nc" });
`;

Deno.test("every record goes to standard error with what it is about, whatever the format, and none to standard output", async () => {
  for (const format of ["json", "pretty"]) {
    const args = ["run", "-q", "--no-prompt", "--ignore-env", "-", format];
    const { out, err } = await runProgram(Deno.execPath(), { args }, SCRIPT);
    assert.equal(out, "", format);
    for (const level of ["debug", "info", "warning", "error"]) {
      assert.match(err, new RegExp(`level"?[=:]"?${level}`), `${format}: ${err}`);
    }
    // deno-lint-ignore no-control-regex -- a terminal is to get none
    assert.doesNotMatch(err, /\x1b/);
  }
});
