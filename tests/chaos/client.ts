import { Random } from "../helpers/random.ts";
import type { Caller } from "./caller.ts";
import type { Job, Ledger, Status, User } from "./ledger.ts";
import { pause } from "./pause.ts";
import type { Body, Requests } from "./requests.ts";
import { breakOffUpload, sendUpload } from "./upload_client.ts";
import type { Uploads } from "./uploads.ts";

/** How clients behave. */
export interface ClientOptions {
  caller: Caller;
  users: readonly User[];
  ledger: Ledger;
  requests: Requests;
  uploads: Uploads;
  /** Each user decides by a seed of its own, made from this. */
  seed: number;
  /** The mean pause between two things that one client does. */
  pauseMilliseconds: number;
}

/**
 * Clients that ask for files, for what has changed in them and for differences, ask again, look at what there
 * is and at their jobs, and cancel some, whatever happens to the service.
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
    const path = `/v1/check_detached_generation_status/?job_id=${job.id}`;
    const headers = wait === undefined ? {} : { Prefer: `wait=${wait}` };
    const { json } = await this.options.caller.send(job.user, "GET", path, { headers });
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
        if (random.chance(0.21)) await this.#doMore(user, own, random);
        else if (own.length === 0 || random.chance(0.5)) await this.#ask(user, requests.next(random));
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

  /** What is asked for less often. */
  async #doMore(user: User, own: readonly Job[], random: Random): Promise<void> {
    const { requests, uploads } = this.options;
    const finished = own.filter(({ ended }) => ended?.state === "finished");
    if (random.chance(0.4)) {
      const upload = uploads.next(random);
      const key = this.#nextKey(user);
      if (random.chance(0.4)) await breakOffUpload(this.options.caller, user, upload, key, random);
      const job = this.#enter(await sendUpload(this.options.caller, this.options.ledger, user, upload, key));
      if (job && random.chance(0.2)) await this.#cancelAfter(job, random.below(600));
      else if (job && random.chance(0.25)) await this.#repeat(job);
      return;
    }
    const whole = own.filter(({ body, upload }) => !upload && body["since_job_id"] === undefined);
    if (whole.length > 0 && random.chance(0.5)) await this.#askForChanges(random.pick(whole), random);
    else await this.#lookAround(user, finished, requests.next(random), random);
  }

  /** Asks what has changed since an earlier file, in the packing of that or the other one. */
  async #askForChanges(job: Job, random: Random): Promise<void> {
    const { id, user, body } = job;
    if ((job.ended ?? await this.status(job)).state !== "finished") return;
    const { compression: _, ...plain } = body;
    const compression = random.chance(0.3) ? { compression: "gzip" } : {};
    await this.#ask(user, { ...plain, ...compression, since_job_id: id });
    this.options.ledger.journal.count("requests for changes");
  }

  /** Looks at totals, coverage and first records, once each: what is away then is no promise broken. */
  async #lookAround(user: User, finished: readonly Job[], body: Body, random: Random): Promise<void> {
    const { caller, ledger: { journal } } = this.options;
    const query = new URLSearchParams(Object.entries(body).map(([key, value]) => [key, String(value)]));
    const looks = [
      caller.once(user, "POST", "/v1/generations/preview", { body: JSON.stringify(body) }),
      caller.once(user, "POST", "/v1/generations/estimate", { body: JSON.stringify(body) }),
      caller.once(user, "GET", `/v1/coverage/?${query}`),
    ];
    for (const answer of await Promise.all(looks)) {
      if ("status" in answer && ![200, 503].includes(answer.status)) {
        journal.violation(`A look at ${JSON.stringify(body)} was answered ${JSON.stringify(answer)}`);
      }
    }
    journal.count("looks", looks.length);
    if (finished.length > 0) await this.#lookAtTotals(random.pick(finished));
  }

  /** The totals of a file are of that very file; those of changes and differences there are not. */
  async #lookAtTotals({ id, user, body, upload, ended }: Job): Promise<void> {
    const { caller, ledger: { journal } } = this.options;
    const hasTotals = !upload && body["since_job_id"] === undefined;
    const { status, json } = await caller.send(user, "GET", `/v1/generations/${id}/totals`);
    const isRight = hasTotals
      ? status === 200 && json.records === ended!.rows && json.sha256 === ended!.sha256
      : status === 404 && json.code === "no_totals";
    if (!isRight) {
      journal.violation(`The totals of job ${id} were answered ${status}: ${JSON.stringify(json)}`);
    }
    journal.count("looks");
  }

  #nextKey(user: User): string {
    return `${user.name}-${++this.#asked}`;
  }

  async #ask(user: User, body: Body): Promise<void> {
    await this.#post(user, body, this.#nextKey(user));
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
    const key = this.#nextKey(user);
    await this.options.caller.drop(user, "POST", "/v1/generate_detached_file/", milliseconds, {
      headers: { "Idempotency-Key": key },
      body: JSON.stringify(body),
    });
    await this.#post(user, body, key);
  }

  /** Asks for heads alone, and hangs up on a stream of events. */
  async #glance({ id, user }: Job, milliseconds: number): Promise<void> {
    const events = `/v1/generations/${id}/events`;
    const status = `/v1/check_detached_generation_status/?job_id=${id}`;
    const { caller } = this.options;
    for (const path of [events, status]) await caller.drop(user, "HEAD", path, 2000);
    await caller.drop(user, "GET", events, milliseconds);
  }

  /** Sends a request again that was answered, as a client does that has lost the answer. */
  async #repeat(job: Job): Promise<void> {
    const { caller, ledger } = this.options;
    const { journal } = ledger;
    const again = job.upload
      ? await sendUpload(caller, ledger, job.user, job.upload, job.idempotencyKey)
      : await this.#post(job.user, job.body, job.idempotencyKey);
    if (again && again.id !== job.id) {
      journal.violation(`The key ${job.idempotencyKey} gave job ${job.id}, and then job ${again.id}.`);
    }
    journal.count("requests repeated after their answer");
  }

  async #post(user: User, body: Body, key: string): Promise<Job | undefined> {
    const { caller, ledger } = this.options;
    const { status, json } = await caller.send(user, "POST", "/v1/generate_detached_file/", {
      headers: { "Idempotency-Key": key },
      body: JSON.stringify(body),
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
    return this.#enter(ledger.accept(user, { body, idempotencyKey: key }, json));
  }

  #enter(job: Job | undefined): Job | undefined {
    if (job && !this.#jobs.includes(job)) this.#jobs.push(job);
    return job;
  }

  /** Cancels what it has just asked for, before it is begun, in the middle of it or too late. */
  async #changeMind(user: User, body: Body, milliseconds: number): Promise<void> {
    const job = await this.#post(user, body, this.#nextKey(user));
    if (job) await this.#cancelAfter(job, milliseconds);
  }

  async #cancelAfter(job: Job, milliseconds: number): Promise<void> {
    await pause(milliseconds);
    await this.#cancel(job);
  }

  async #cancel(job: Job): Promise<void> {
    const { journal } = this.options.ledger;
    job.cancelAsked = true;
    const { status, json } = await this.options.caller.send(
      job.user,
      "DELETE",
      `/v1/generations/${job.id}`,
    );
    journal.count("cancellations");
    if (status === 200) {
      this.options.ledger.see(job, json);
      job.cancelled = true;
    } else if (status !== 409) {
      journal.violation(`The cancellation of job ${job.id} was answered ${status}: ${JSON.stringify(json)}`);
    }
  }
}
