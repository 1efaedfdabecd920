import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "../../db.ts";
import { type Cluster, openCluster } from "./cluster.ts";
import { DatabaseInUseError, EmbeddedPostgresError } from "./embedded_error.ts";
import { freePort } from "./free_port.ts";
import { readPostmasterPid, removePostmasterPid } from "./postmaster_pid.ts";
import { LastLines, type ProgramOptions, runProgram, startProgram } from "./program.ts";
import { serviceUser } from "./service_user.ts";

const START_MILLISECONDS = 60_000;
const STALE_MILLISECONDS = 3000;
const STOP_MILLISECONDS = 15_000;

/** What is wanted of a server. */
export interface ServerOptions {
  /** The folder of the embedded Postgres, with its programs laid out. */
  folder: string;
  /** The version of the programs, such as "18.4.0". */
  version: string;
  /** Tells several clusters in one folder apart. */
  name: string;
  /** Settings of `postgresql.conf` besides the usual ones; without a `port` it is any free one. */
  settings: Record<string, string>;
  /** Gives up half-way, leaving no process behind. */
  signal?: AbortSignal;
}

/**
 * A Postgres server on a cluster of its own, on loopback, behind a password. Made on first use, kept for the
 * next.
 *
 * One that a killed process left behind is stopped first; a `postmaster.pid` without a server does no harm.
 */
export class Server implements AsyncDisposable {
  /** Where its maintenance database is: `postgres://postgres:<password>@127.0.0.1:<port>/postgres`. */
  readonly url: string;
  /** Resolves with the server's last words when it has ended, whoever ended it. */
  readonly ended: Promise<string>;
  readonly #server: RunningServer;
  readonly #lock: Deno.FsFile;

  private constructor(cluster: Cluster, server: RunningServer, lock: Deno.FsFile) {
    this.url = urlOf(cluster, server.port);
    this.#server = server;
    this.#lock = lock;
    this.ended = server.child.status.then(async () => {
      await server.errors.ended;
      return server.errors.text;
    });
  }

  /**
   * Starts it, and resolves when it answers.
   *
   * @throws {EmbeddedPostgresError} where it cannot run on this system, or somebody else has it running
   */
  static async start({ folder, version, name, settings, signal }: ServerOptions): Promise<Server> {
    const programs = { folder, user: await serviceUser() };
    // Another major version cannot read its files, and so gets a cluster of its own.
    const place = join(folder, `${name}-${version.split(".")[0]}`);
    const lock = await lockCluster(place);
    try {
      const cluster = await openCluster(programs, place, signal);
      await stopLeftBehind(programs, cluster);
      const server = await startServer(programs, cluster, settings, signal);
      return new Server(cluster, server, lock);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** Stops it: sessions are ended, everything is written, and the process is gone when this resolves. */
  async stop(): Promise<void> {
    await stopServer(this.#server);
    this.#lock.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

interface RunningServer {
  child: Deno.ChildProcess;
  errors: LastLines;
  port: number;
}

const urlOf = ({ password }: Cluster, port: number) =>
  `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

async function lockCluster(place: string): Promise<Deno.FsFile> {
  // The system takes the lock off when this process ends, however it ends.
  const lock = await Deno.open(`${place}.lock`, { create: true, read: true, write: true });
  if (await lock.tryLock(true)) {
    await lock.truncate();
    await lock.write(new TextEncoder().encode(`${Deno.pid}\n`));
    return lock;
  }
  const holder = (await Deno.readTextFile(`${place}.lock`)).trim();
  lock.close();
  throw new DatabaseInUseError(
    `The database in ${place} is in use by process ${holder}, which runs already. Stop it first, or use a copy of ` +
      `the project in another folder.`,
  );
}

/**
 * Stops the server that a killed process has left running. This process holds the lock, so nobody else needs
 * it.
 */
async function stopLeftBehind(programs: ProgramOptions, cluster: Cluster): Promise<void> {
  const found = await readPostmasterPid(cluster.data);
  // Only if it answers is it certain that the process of that number is this server and not somebody else's
  // by now.
  if (!found?.port || !await answers(cluster, found.port)) return;
  const stop = (mode: string) =>
    runProgram(programs, "pg_ctl", ["stop", "-D", cluster.data, "-m", mode, "-w", "-t", "15"]);
  const { success } = await stop("fast");
  if (!success) await stop("immediate");
}

async function startServer(
  programs: ProgramOptions,
  cluster: Cluster,
  settings: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<RunningServer> {
  const tooLate = AbortSignal.timeout(START_MILLISECONDS);
  const stale = AbortSignal.timeout(STALE_MILLISECONDS);
  while (true) {
    signal?.throwIfAborted();
    const port = settings["port"] === undefined ? freePort() : Number(settings["port"]);
    const child = startProgram(programs, "postgres", [
      ...["-D", cluster.data],
      ...Object.entries({
        listen_addresses: "127.0.0.1",
        port: String(port),
        unix_socket_directories: "",
        ...settings,
      }).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ]);
    const server = { child, errors: new LastLines(child.stderr), port };
    try {
      if (await becomesReady(server, cluster, tooLate, signal)) return server;
    } catch (error) {
      await stopServer(server);
      throw error;
    }
    await server.errors.ended;
    const { text } = server.errors;
    // Each passes: the port went to somebody else meanwhile, or the server left behind is just about to end.
    const passing =
      /could not bind|could not create any TCP|lock file "postmaster.pid" already exists|is still in use/;
    if (!passing.test(text) || tooLate.aborted) {
      throw new EmbeddedPostgresError(`Postgres could not be started on ${cluster.data}:\n${text}`);
    }
    // That number is another process's by now. Should it be this server after all, its shared memory gives it
    // away.
    if (stale.aborted && /"postmaster.pid"/.test(text)) await removePostmasterPid(cluster.data);
    await pause(250);
  }
}

/** Waits until the server answers (true) or has ended by itself (false). */
async function becomesReady(
  { child, errors, port }: RunningServer,
  cluster: Cluster,
  tooLate: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let ended = false;
  child.status.then(() => ended = true);
  while (!ended) {
    signal?.throwIfAborted();
    if (await answers(cluster, port)) return true;
    if (tooLate.aborted) {
      throw new EmbeddedPostgresError(`Postgres did not answer in time:\n${errors.text}`);
    }
    await pause(40);
  }
  return false;
}

async function stopServer({ child, errors }: RunningServer): Promise<void> {
  // Fast (sessions are ended), then immediate (nothing is written: the next start recovers), then not at all.
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    try {
      child.kill(signal);
    } catch {
      break; // It has ended already.
    }
    const inTime = pause(STOP_MILLISECONDS, false, { ref: false });
    if (await Promise.race([child.status, inTime])) break;
  }
  await child.status;
  await errors.ended;
}

/** Whether this cluster's server answers on a port. */
async function answers(cluster: Cluster, port: number): Promise<boolean> {
  const sql = connect(urlOf(cluster, port), { max: 1, name: "embedded" });
  try {
    const [row] = await sql<{ data_directory: string }[]>`SHOW data_directory`;
    return resolve(row!.data_directory) === cluster.data;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
