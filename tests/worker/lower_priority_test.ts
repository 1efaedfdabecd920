import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const started: [nice: number, lowered: number][] = [[0, 10], [5, 10], [10, 10], [15, 15], [19, 19]];
for (const [nice, lowered] of started) {
  Deno.test(`a worker that is started at a nice value of ${nice} runs at ${lowered}`, async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--allow-sys=getPriority,setPriority",
        fileURLToPath(new URL("priority_of_worker.ts", import.meta.url)),
        String(nice),
      ],
    }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), String(lowered));
  });
}

Deno.test("a worker that may not change its priority goes on", async () => {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--deny-sys",
      fileURLToPath(new URL("priority_of_worker.ts", import.meta.url)),
    ],
  }).output();
  assert.ok(success);
});
