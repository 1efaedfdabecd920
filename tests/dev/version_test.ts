import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import deno from "../../deno.json" with { type: "json" };

const CHECK = "lib/dev/version.ts";

/** Runs what every task runs first, under a Deno that says it is of another version. */
async function checkAs(version: string): Promise<{ code: number; err: string }> {
  const pretend = `data:text/javascript,Object.defineProperty(Deno,"version",{value:{deno:"${version}"}})`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-config", "--no-lock", `--preload=${pretend}`, CHECK],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

Deno.test("a Deno that is too old is told so in one sentence, a later one is taken", async () => {
  for (const version of ["2.4.0", "1.46.3", "3.0.0"]) {
    const { code, err } = await checkAs(version);
    assert.equal(code, 2, version);
    assert.match(
      err,
      new RegExp(`^This needs Deno 2\\.9 or a later 2\\.x; this is ${version}\\. [^\\n]*\\n$`),
    );
  }
  for (const version of ["2.9.6", "2.10.0"]) assert.deepEqual(await checkAs(version), { code: 0, err: "" });
});

Deno.test("every task that needs this project's permission sets looks at Deno's version first", () => {
  for (const [name, { command }] of Object.entries(deno.tasks)) {
    if (command.includes("-P=")) assert.match(command, /^[^&]*lib\/dev\/version\.ts && deno run /, name);
  }
});
