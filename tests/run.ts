/**
 * `deno task test [files and options of deno test]`: the tests, on an embedded Postgres or on
 * TEST_DATABASE_URL. Where no files are named it is all of them, several files at a time; those that need the
 * machine for themselves come afterwards. Types are not checked: `deno check` does that, and `deno task ok`.
 */
import { runMain } from "../lib/run_main.ts";
import { stopSignal } from "../lib/shutdown.ts";
import { launcherGone } from "../lib/dev/stack/launcher.ts";
import { startTestServer } from "./helpers/server.ts";
import { INSTALL_SWIFT, startSwift } from "./helpers/swift.ts";
import { testPermissions } from "./permissions.ts";
import { allRounds, FILES_PER_CORE, MOST_AT_A_TIME } from "./rounds.ts";

const USAGE = `Usage: deno task test [files and options of deno test]

Runs the tests, or those of the files that are named, such as tests/routes/app_test.ts --filter word, on an embedded Postgres
or on the server of TEST_DATABASE_URL, where they make databases of their own. Tests of S3 need Debian's python3-swift, tests
of real input files the folder that TEST_INPUTS names.

Exit codes: 0 all passed; 1 some failed; 130 stopped.`;

const stop = new AbortController();
const stopped = Promise.race([stopSignal(), launcherGone(stop.signal).then(() => "SIGTERM" as const)]);
stopped.then(() => stop.abort());

const namesFiles = Deno.args.some((arg) => /^(\.\/)?tests\b/.test(arg));
const rounds = namesFiles ? [[...Deno.args]] : await allRounds(Deno.args);

async function run(): Promise<number> {
  const startingSwift = startSwift();
  await using server = await startTestServer(Deno.env.get("TEST_DATABASE_URL") || undefined, stop.signal);
  await using swift = await startingSwift;
  say(`Testing on ${server.version}${swift ? " and on Swift, as S3" : ""}.`);
  if (!Deno.env.get("TEST_INPUTS")) say("Tests of real input files are ignored: TEST_INPUTS is not set.");
  if (!swift) ignoreS3();
  const env = {
    TEST_DATABASE_URL: server.url,
    TEST_TEMPLATE: server.template,
    DENO_JOBS: String(Math.min(navigator.hardwareConcurrency * FILES_PER_CORE, MOST_AT_A_TIME)),
    ...(swift && { TEST_S3_URL: swift.url }),
  };
  let worst = 0;
  for (const options of rounds) {
    stop.signal.throwIfAborted();
    const permissions = testPermissions(server.url);
    const sanitizers = ["--sanitize-ops", "--sanitize-resources"];
    const tests = new Deno.Command(Deno.execPath(), {
      // Types are `deno check`'s, which looks at all of them at once.
      args: ["test", "--no-check", "--no-prompt", ...sanitizers, ...permissions, ...options],
      env,
    }).spawn();
    // Ctrl-C in a terminal reaches them by itself.
    stopped.then((signal) => {
      try {
        tests.kill(signal);
      } catch {
        // They have ended already.
      }
    });
    worst = Math.max(worst, (await tests.status).code);
  }
  return worst;
}

/** Nobody looks at what is ignored in CI: there it is an error. */
function ignoreS3(): void {
  const reason = `no S3 server to test on; install one with\n  ${INSTALL_SWIFT}`;
  if (Deno.env.get("CI") === "true") throw new Error(reason);
  say(`Tests of S3 are ignored: ${reason}`);
}

function say(text: string): void {
  // deno-lint-ignore no-console -- this is a command
  console.log(text);
}

await runMain(USAGE, async () => {
  try {
    return await run();
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  }
});
