import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { limitFiles } from "./helpers/limit_files.ts";

const isLinux = Deno.build.os === "linux";
const PROGRAM = fileURLToPath(new URL("helpers/out_of_files_program.ts", import.meta.url));

Deno.test({
  name:
    "a process that can open no file any more goes on when it looks at where an error happened (needs Linux)",
  ignore: !isLinux,
  fn: async () => {
    await using child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--ignore-env", PROGRAM],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await out.read()).value, "ready\n");
    await limitFiles(child.pid, "1");
    await child.stdin.getWriter().close();
    assert.match(
      (await out.read()).value ?? "it has ended",
      /^at placeOfError .*place_of_error\.ts:\d+:\d+\)\n$/,
    );
    assert.equal((await child.status).code, 0);
  },
});
