import assert from "node:assert/strict";

const SCRIPT = `
import { configureLog, log } from ${JSON.stringify(new URL("../../lib/log.ts", import.meta.url).href)};
await configureLog({ LOG_LEVEL: "debug", LOG_FORMAT: Deno.args[0] });
for (const level of ["debug", "info", "warning", "error"]) log("test")[level]("said", { level, escape: "a\\u001bb\\nc" });
`;

Deno.test("every record goes to standard error with what it is about, whatever the format, and none to standard output", async () => {
  for (const format of ["json", "pretty"]) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-prompt", "--ignore-env", "-", format],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(SCRIPT));
    await writer.close();
    const { stdout, stderr } = await child.output();
    const err = new TextDecoder().decode(stderr);
    assert.equal(new TextDecoder().decode(stdout), "", format);
    for (const level of ["debug", "info", "warning", "error"]) {
      assert.match(err, new RegExp(`level"?[=:]"?${level}`), `${format}: ${err}`);
    }
    // deno-lint-ignore no-control-regex -- a terminal is to get none
    assert.doesNotMatch(err, /\x1b/);
  }
});
