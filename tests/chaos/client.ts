import { Random } from "../helpers/random.ts";
import type { Job, Ledger, Status, User } from "./ledger.ts";
import { pause } from "./pause.ts";
import type { Body, Requests } from "./requests.ts";

const ANSWER_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 300;
/** How long a client goes on trying; far longer than any one fault lasts. */
const PATIENCE_SECONDS = 90;

/** How clients behave. */
export interface ClientOptions {
  api: string;
  users: readonly User[];
  ledger: Ledger;
  requests: Requests;
  /** Each user decides by a seed of its own, made from this. */
  seed: number;
  /** The mean pause between two things that one client does. */
  pauseMilliseconds: number;
}

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- what is in it is looked at with care
  json: any;
}

/**
 * Clients that ask for files, ask again, look at their jobs and cancel some, whatever happens to the service.
 */
export class Clients {
  #asked = 0;
  readonly #jobs: Job[] = [];

  constructor(readonly options: ClientOptions) {}

  /** Goes on, one user beside the other, until the signal is aborted; each finishes what it has begun. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.options.users.map((user, i) => this.#behave(user, new Random(this.options.seed + i), signal)),
    );
  }

  /** Reads a job's status. */
  async status(job: Job, wait?: number): Promise<Status> {
    const { json } = await this.#send(
      job.user,
      "GET",
      `/v1/check_detached_generation_status/?job_id=${job.id}`,
      {
        ...wait !== undefined && { headers: { Prefer: `wait=${wait}` } },
      },
    );
    this.options.ledger.see(job, json);
    return json;
  }

  async #behave(user: User, random: Random, signal: AbortSignal): Promise<void> {
    const { requests, pauseMilliseconds } = this.options;
    while (!signal.aborted) {
      await pause(-Math.log(1 - random.next()) * pauseMilliseconds, signal);
      if (signal.aborted) return;
      const own = this.#jobs.filter((job) => job.user === user);
      try {
        if (own.length === 0 || random.chance(0.5)) await this.#ask(user, requests.next(random));
        else if (random.chance(0.15)) await this.#askAtOnce(user, requests.next(random));
        else if (random.chance(0.16)) await this.#askForMany(user, random);
        else if (random.chance(0.18)) await this.#hangUp(user, requests.next(random), random.below(60));
        else if (random.chance(0.12)) await this.#glance(random.pick(own), random.below(300));
        else if (random.chance(0.2)) await this.#changeMind(user, requests.next(random), random.below(600));
        else if (random.chance(0.1)) await this.#repeat(random.pick(own));
        else await this.status(random.pick(own.slice(-20)), random.chance(0.3) ? 1 : undefined);
      } catch (error) {
        this.options.ledger.journal.violation(`A client of ${user.name} gave up: ${error}`);
      }
    }
  }

  async #ask(user: User, body: Body): Promise<void> {
    await this.#post(user, body, `${user.name}-${++this.#asked}`);
  }

  /** The same request from several clients in the same instant. */
  async #askAtOnce(user: User, body: Body): Promise<void> {
    await Promise.all(Array.from({ length: 5 }, () => this.#ask(user, body)));
  }

  /**
   * Different requests in the same instant, each with a key of its own, near the user's limit as often as
   * not.
   */
  async #askForMany(user: User, random: Random): Promise<void> {
    const { requests } = this.options;
    await Promise.all(Array.from({ length: 4 }, () => this.#ask(user, requests.next(random))));
  }

  /** Hangs up on a request before its response has come, or while it comes, and sends it again. */
  async #hangUp(user: User, body: Body, milliseconds: number): Promise<void> {
    const key = `${user.name}-${++this.#asked}`;
    await this.#drop(user, "POST", "/v1/generate_detached_file/", milliseconds, {
      headers: { "Idempotency-Key": key },
      body,
    });
    await this.#post(user, body, key);
  }

  /** Asks for heads alone, and hangs up on a stream of events. */
  async #glance({ id, user }: Job, milliseconds: number): Promise<void> {
    const events = `/v1/generations/${id}/events`;
    const status = `/v1/check_detached_generation_status/?job_id=${id}`;
    for (const path of [events, status]) await this.#drop(user, "HEAD", path, 2000);
    await this.#drop(user, "GET", events, milliseconds);
  }

  /** Sends a request and does not wait for its response, or not for all of it. */
  async #drop(
    { token }: User,
    method: string,
    path: string,
    milliseconds: number,
    { headers, body }: { headers?: Record<string, string>; body?: Body } = {},
  ): Promise<void> {
    try {
      const response = await fetch(this.options.api + path, {
        method,
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...headers },
        ...body && { body: JSON.stringify(body) },
        signal: AbortSignal.timeout(milliseconds),
      });
      await response.bytes();
    } catch {
      // That is what it is for.
    }
    this.options.ledger.journal.count(`dropped: ${method}`);
  }

  /** Sends a request again that was answered, as a client does that has lost the answer. */
  async #repeat(job: Job): Promise<void> {
    const { journal } = this.options.ledger;
    const again = await this.#post(job.user, job.body, job.idempotencyKey);
    if (again && again.id !== job.id) {
      journal.violation(`The key ${job.idempotencyKey} gave job ${job.id}, and then job ${again.id}.`);
    }
    journal.count("requests repeated after their answer");
  }

  async #post(user: User, body: Body, key: string): Promise<Job | undefined> {
    const { ledger } = this.options;
    const { status, json } = await this.#send(user, "POST", "/v1/generate_detached_file/", {
      headers: { "Idempotency-Key": key },
      body,
    });
    ledger.journal.count("requests");
    if (status === 429) {
      ledger.journal.count("requests refused for the user's limit");
      return undefined;
    }
    if (status !== 200) {
      ledger.journal.violation(`A request was answered ${status}: ${JSON.stringify({ json, body })}`);
      return undefined;
    }
    const isNew = !ledger.jobs.has(json.job_id);
    const job = ledger.accept(user, body, key, json);
    if (isNew) this.#jobs.push(job);
    return job;
  }

  /** Cancels what it has just asked for, before it is begun, in the middle of it or too late. */
  async #changeMind(user: User, body: Body, milliseconds: number): Promise<void> {
    const job = await this.#post(user, body, `${user.name}-${++this.#asked}`);
    if (!job) return;
    await pause(milliseconds);
    await this.#cancel(job);
  }

  async #cancel(job: Job): Promise<void> {
    const { journal } = this.options.ledger;
    job.cancelAsked = true;
    const { status, json } = await this.#send(job.user, "DELETE", `/v1/generations/${job.id}`, {});
    journal.count("cancellations");
    if (status === 200) {
      this.options.ledger.see(job, json);
      job.cancelled = true;
    } else if (status !== 409) {
      journal.violation(`The cancellation of job ${job.id} was answered ${status}: ${JSON.stringify(json)}`);
    }
  }

  /** Sends a request until it is answered with something else than a server error. */
  async #send(
    { token }: User,
    method: string,
    path: string,
    { headers, body }: { headers?: Record<string, string>; body?: Body },
  ): Promise<Answer> {
    const { api, ledger: { journal } } = this.options;
    const deadline = performance.now() + PATIENCE_SECONDS * 1000;
    let last: unknown;
    while (performance.now() < deadline) {
      try {
        const response = await fetch(api + path, {
          method,
          headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...headers },
          ...body && { body: JSON.stringify(body) },
          signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
        });
        const json = await response.json();
        if (response.status < 500) return { status: response.status, json };
        journal.count(`answers ${response.status}`);
        // A 503 says that something is away; anything else is a fault of the service.
        if (response.status !== 503) {
          journal.note("server error", { method, path, status: response.status, json });
        }
        last = json;
      } catch (error) {
        journal.count("connections lost");
        last = error;
      }
      await pause(RETRY_MILLISECONDS);
    }
    throw new Error(
      `${method} ${path} was not answered in ${PATIENCE_SECONDS} seconds; the last was ${last}`,
    );
  }
}
