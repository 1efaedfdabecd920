/**
 * `deno task chaos`: the whole service under faults. API, two workers, Postgres and S3 run as real processes,
 * clients ask for files without a pause, faults are made at random; at the end everything that was promised
 * is held to.
 *
 * Exit codes: 0 all was kept; 1 something was not; 2 wrong usage.
 */
// deno-lint-ignore-file no-console -- this is a command
import { runMain } from "../../lib/run_main.ts";
import { stopSignal } from "../../lib/shutdown.ts";
import { randomFaults } from "../helpers/faulty_s3.ts";
import { Random } from "../helpers/random.ts";
import { INSTALL_SWIFT, startSwift, type SwiftServer } from "../helpers/swift.ts";
import { Caller } from "./caller.ts";
import { Clients } from "./client.ts";
import { pause } from "./pause.ts";
import { USUAL_S3_FAULTS } from "./faults.ts";
import { Journal } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { Loads } from "./loads.ts";
import { Recovery } from "./recovery.ts";
import { countGenerations, type Findings, report } from "./report.ts";
import { Requests } from "./requests.ts";
import { startChaosService } from "./service.ts";
import { type ChaosSettings, readSettings, USAGE } from "./settings.ts";
import { settle } from "./settle.ts";
import { storm } from "./storm.ts";
import { Uploads } from "./uploads.ts";
import { verifyChanges } from "./verify_changes.ts";
import { verifyDifferences } from "./verify_differences.ts";
import { verifyFiles } from "./verify_files.ts";
import { type Finished, verifyJobs } from "./verify_jobs.ts";

const MEAN_CLIENT_PAUSE = 1000;
const MEAN_FAULT_PAUSE = 2500;
const MEAN_LOAD_PAUSE = 15_000;

async function chaos(
  { minutes, seed }: ChaosSettings,
  swift: SwiftServer,
  journal: Journal,
): Promise<Findings> {
  await using service = await startChaosService(swift, journal);
  const { sql, databaseUrl, s3 } = service;
  const ledger = new Ledger(journal);
  const loads = new Loads({
    databaseUrl,
    sql,
    journal,
    random: new Random(seed + 1),
    pauseMilliseconds: MEAN_LOAD_PAUSE,
  });
  await loads.judge();
  const clients = new Clients({
    caller: new Caller(service.apiUrl, journal),
    users: service.users,
    ledger,
    requests: new Requests(),
    uploads: await Uploads.of(sql),
    seed: seed + 100,
    pauseMilliseconds: MEAN_CLIENT_PAUSE,
  });
  const recovery = new Recovery({ sql, apiUrl: service.apiUrl, user: service.users[0]!, journal });
  console.log(`Postgres ${service.postgres.version}, ${minutes} minutes of faults from now on.`);

  const calm = new AbortController();
  const watched = new AbortController();
  s3.plan = randomFaults(seed + 2, USUAL_S3_FAULTS);
  const random = new Random(seed + 3);
  const watching = recovery.run(watched.signal);
  const context = { service, recovery, random, signal: calm.signal };
  const running = [
    clients.run(calm.signal),
    loads.run(calm.signal),
    storm({ context, random, journal, pauseMilliseconds: MEAN_FAULT_PAUSE }),
  ];
  await Promise.race([pause(minutes * 60_000, stopped.signal), ...running]);
  calm.abort();
  await Promise.all(running);
  s3.plan = () => undefined;
  console.log("No more faults. Waiting until everything has come to rest.");

  const settled = await settle(service, journal);
  for (const kind of recovery.open) journal.violation(`Nothing shows that "${kind}" was recovered from.`);
  watched.abort();
  await watching;
  const ended = await verifyJobs(clients, ledger, sql);
  const isDifferences = ({ job }: Finished) => job.upload !== undefined;
  const isChanges = ({ job }: Finished) => job.body["since_job_id"] !== undefined;
  const whole = ended.finished.filter((one) => !isDifferences(one) && !isChanges(one));
  const verified = {
    files: await verifyFiles(whole, { databaseUrl, sql, loads, journal }),
    changes: await verifyChanges(ended.finished.filter(isChanges), { whole, loads, journal }),
    differences: await verifyDifferences(ended.finished.filter(isDifferences), { sql, journal }),
  };
  const faulty = s3.requests.filter(({ fault }) => fault !== undefined);
  const counts = new Map<string, number>();
  for (const { fault } of faulty) counts.set(fault!, (counts.get(fault!) ?? 0) + 1);
  return {
    journal,
    ledger,
    recovery,
    settled,
    ended,
    verified,
    s3: { requests: s3.requests.length, faults: counts },
    generations: await countGenerations(sql),
  };
}

async function run(settings: ChaosSettings): Promise<number> {
  console.log(`Seed ${settings.seed}.`);
  await using swift = await startSwift();
  if (!swift) {
    console.error(`There is no S3 server to run on; install one with\n  ${INSTALL_SWIFT}`);
    return 1;
  }
  const folder = `${Deno.cwd()}/.data/chaos/${Date.now()}-${settings.seed}`;
  await Deno.mkdir(folder, { recursive: true });
  using journal = new Journal(folder);
  const complaints: string[] = [];
  try {
    const findings = await chaos(settings, swift, journal);
    console.log(`\n${report(findings)}`);
    if (findings.ended.finished.length === 0) complaints.push("No job has finished: this run shows nothing.");
  } catch (error) {
    complaints.push(`The run itself came to an end: ${error instanceof Error ? error.stack : error}`);
  }
  complaints.unshift(...journal.violations);
  if (complaints.length === 0) {
    console.log("Everything that was promised was kept.");
    if (settings.keepLogs) console.log(`The logs are in ${folder}.`);
    else await Deno.remove(folder, { recursive: true });
    return 0;
  }
  console.error([
    `${complaints.length} promises were broken (seed ${settings.seed}); the logs are in ${folder}.`,
    ...complaints.slice(0, 50).map((complaint) => `- ${complaint}`),
  ].join("\n"));
  return 1;
}

/** A Ctrl-C ends the faults early, and everything else takes its course. */
const stopped = new AbortController();
stopSignal().then(() => stopped.abort());

await runMain(USAGE, (args) => run(readSettings(args, (name) => Deno.env.get(name))));
