import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { runTask } from "../helpers/run_task.ts";

Deno.test("an address that cannot be listened on is one sentence and code 4, for `serve`, `worker` and `start`", async (t) => {
  await using db = await testDatabase();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(taken.addr.port);
  const env = { DATABASE_URL: db.url, URL_SIGNING_SECRET: "s".repeat(32), LOG_LEVEL: "error" };
  const cases: [name: string, settings: Record<string, string>, words: string[], said: RegExp][] = [
    ["taken", { PORT: port }, ["serve"], /another process listens there\. Set HOST or PORT/],
    ["taken", { PORT: port }, ["start", "--yes"], /^Port \d+ of 127\.0\.0\.1 is taken\. Set PORT/m],
    [
      "taken",
      { WORKER_METRICS_PORT: port },
      ["worker"],
      /another process listens there\. Set HOST or WORKER_METRICS_PORT/,
    ],
    [
      "no address of this machine",
      { HOST: "192.0.2.1", PORT: "0" },
      ["serve"],
      /this machine has no such address/,
    ],
    [
      "no address of this machine",
      { HOST: "192.0.2.1" },
      ["start", "--yes"],
      /this machine has no such address/,
    ],
    ["no name", { HOST: "no-such-host.invalid", PORT: "0" }, ["serve"], /there is no such name or address/],
    ["no name", { HOST: "no-such-host.invalid" }, ["start", "--yes"], /there is no such name or address/],
  ];
  for (const [name, settings, words, said] of cases) {
    await t.step(`${words[0]}: ${name}`, async () => {
      const { code, err } = await runTask(words, { ...env, ...settings });
      assert.equal(code, 4, err);
      assert.match(err, said);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }
});
