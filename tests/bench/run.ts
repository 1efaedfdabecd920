/**
 * `deno task bench [name…]`: the benchmarks (`*_bench.ts`), one after the other, on an embedded Postgres or
 * on TEST_DATABASE_URL. Each checks its output before it prints a figure, and gives its figures as ratios
 * against a yardstick in the same run.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import { fileURLToPath } from "node:url";
import { UsageError } from "../../lib/process_error.ts";
import { runMain } from "../../lib/run_main.ts";
import { stopSignal } from "../../lib/shutdown.ts";
import { startTestServer } from "../helpers/server.ts";
import { startSwift } from "../helpers/swift.ts";
import { benchPermissions } from "../permissions.ts";

const folder = new URL(".", import.meta.url);
const stop = new AbortController();
stopSignal().then(() => stop.abort());

const USAGE = `Usage: deno task bench [name…]

Runs the benchmarks, or those whose names begin so (tests/bench/*_bench.ts), one after the other, on an embedded Postgres or on
the server of TEST_DATABASE_URL. Each gives its figures as ratios against a yardstick in the same run.

Exit codes: 0 all ran; 1 some failed; 2 wrong usage.`;

await runMain(USAGE, async (args) => {
  const names = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (
      name.endsWith("_bench.ts") && (args.length === 0 || args.some((arg) => name.startsWith(arg)))
    ) {
      names.push(name);
    }
  }
  if (names.length === 0) {
    throw new UsageError(`There is no benchmark ${args.join(" or ")}. See "deno task bench --help".`);
  }

  let failed = 0;
  try {
    await using server = await startTestServer(
      Deno.env.get("TEST_DATABASE_URL") || undefined,
      stop.signal,
      "as in production",
    );
    await using swift = await startSwift();
    console.log(`Measured on ${server.version}, ${navigator.hardwareConcurrency} cores.`);
    for (const name of names.sort()) {
      console.log(`\n${name.replace("_bench.ts", "")}`);
      const bench = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", ...benchPermissions(server.url), fileURLToPath(new URL(name, folder))],
        env: {
          TEST_DATABASE_URL: server.url,
          TEST_TEMPLATE: server.template,
          ...(swift && { TEST_S3_URL: swift.url }),
        },
      }).spawn();
      if ((await bench.status).code !== 0) failed += 1;
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    failed = 1;
  }
  return failed === 0 ? 0 : 1;
});
