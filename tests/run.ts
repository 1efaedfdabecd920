/** `deno task test [files and options of deno test]`: the tests, on an embedded Postgres or on TEST_DATABASE_URL. */
import { stopSignal } from "../lib/shutdown.ts";
import { startTestServer } from "./helpers/server.ts";
import { testPermissions } from "./permissions.ts";

const stop = new AbortController();
const stopped = stopSignal().then((signal) => {
  stop.abort();
  return signal;
});

const options = Deno.args.some((arg) => /^(\.\/)?tests\b/.test(arg)) ? Deno.args : [...Deno.args, "tests"];

async function run(): Promise<number> {
  await using server = await startTestServer(Deno.env.get("TEST_DATABASE_URL") || undefined, stop.signal);
  say(`Testing on ${server.version}.`);
  const tests = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--no-prompt",
      "--sanitize-ops",
      "--sanitize-resources",
      ...testPermissions(server.url),
      ...options,
    ],
    env: { TEST_DATABASE_URL: server.url, TEST_TEMPLATE: server.template },
  }).spawn();
  // Ctrl-C in a terminal reaches them by itself.
  stopped.then((signal) => {
    try {
      tests.kill(signal);
    } catch {
      // They have ended already.
    }
  });
  return (await tests.status).code;
}

function say(text: string): void {
  // deno-lint-ignore no-console -- this is a command
  console.log(text);
}

try {
  Deno.exitCode = await run();
} catch (error) {
  if (!stop.signal.aborted) throw error;
  Deno.exitCode = 130;
}
Deno.exit();
