import type { Reach, ServiceModule } from "../../lib/dev/stack/process_flags.ts";
import { type ServiceProcess, startServiceProcess } from "../../lib/dev/stack/service_process.ts";
import { until } from "../helpers/until.ts";
import type { Journal } from "./journal.ts";
import { pause } from "./pause.ts";

/** What a process of the service is, and where its log goes. */
export interface SupervisedOptions {
  name: string;
  module: ServiceModule;
  reach: Reach;
  env: Record<string, string>;
  /** The message it logs once it does its work. */
  readyMessage: string;
  journal: Journal;
}

/** A pause before a process that has ended is started again, as a supervisor makes one. */
const RESTART_MILLISECONDS = 500;
/**
 * How long a process may take to stop: WORKER_STOP_SECONDS, what giving up an upload takes, and closing
 * connections.
 */
const STOP_SECONDS = 45;

/** A process of the service that is started again whenever it has ended, as systemd or Kubernetes does. */
export class SupervisedProcess implements AsyncDisposable {
  readonly name: string;
  /** Whether a fault is being done to it; one at a time. */
  isTaken = false;
  readonly #options: SupervisedOptions;
  readonly #log: Deno.FsFile;
  readonly #running: Promise<void>;
  #process: ServiceProcess | undefined;
  #isReady = false;
  #isAsked = false;
  #isStopping = false;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = Deno.openSync(`${options.journal.folder}/${options.name}.log`, {
      create: true,
      append: true,
    });
    this.#running = this.#keepRunning();
  }

  /** Of the process of this moment. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when it does its work. */
  async ready(seconds = 60): Promise<void> {
    await until(`${this.name} is ready`, () => this.#isReady, { seconds });
  }

  /** Sends it a signal. One that ends it is followed by a new start. */
  kill(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    if (signal === "SIGKILL") this.#isAsked = true;
    this.#process?.kill(signal);
  }

  /** Resolves when the process of this moment has ended. */
  async ended(): Promise<void> {
    await this.#process?.ended;
    this.#isReady = false;
  }

  /** Asks it to stop and waits until it has; one that does not in time is a violation. */
  async stopAndStartAgain(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#isAsked = true;
    const began = performance.now();
    await process.stop(STOP_SECONDS);
    const seconds = (performance.now() - began) / 1000;
    const code = await process.ended;
    this.#isReady = false;
    this.#options.journal.note("stopped", { process: this.name, seconds, code });
    if (seconds >= STOP_SECONDS) {
      this.#options.journal.violation(
        `${this.name} was asked to stop and had not after ${STOP_SECONDS} seconds.`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#process?.kill("SIGCONT");
    await this.#process?.stop(STOP_SECONDS);
    await this.#running;
    this.#log.close();
  }

  async #keepRunning(): Promise<void> {
    const { journal, name, module, reach, env } = this.#options;
    while (!this.#isStopping) {
      this.#isAsked = false;
      this.#process = startServiceProcess({ name, module, reach, env, onLine: (line) => this.#onLine(line) });
      const code = await this.#process.ended;
      this.#isReady = false;
      journal.note("process ended", { process: name, code, asked: this.#isAsked });
      if (!this.#isAsked && !this.#isStopping) {
        journal.violation(`${name} ended by itself, with code ${code}; ${name}.log says why.`);
      }
      if (this.#isStopping) return;
      await pause(RESTART_MILLISECONDS);
      journal.count(`started again: ${name}`);
    }
  }

  #onLine(line: string): void {
    this.#log.writeSync(new TextEncoder().encode(`${line}\n`));
    const message = /"message":"([^"]*)"/.exec(line)?.[1];
    if (message === undefined) return;
    if (message === this.#options.readyMessage) this.#isReady = true;
    this.#options.journal.count(`logged: ${message}`);
  }
}
