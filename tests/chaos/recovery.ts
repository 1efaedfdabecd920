import type { Sql } from "../../lib/db.ts";
import { pause } from "./pause.ts";
import type { Journal } from "./journal.ts";
import type { User } from "./ledger.ts";
import { LEASE_SECONDS } from "./service.ts";

/** A fault, and what it has to be recovered from. */
interface Fault {
  kind: string;
  /** `performance.now()` when it was made. */
  at: number;
  /**
   * The attempts that were under way, by generation; each goes when it has ended or has a live worker again.
   */
  met: Map<string, number>;
  isApiBack: boolean;
}

interface Running {
  id: string;
  attempt: number;
  /** Milliseconds since its lease was last extended; as much as the lease has lasted. */
  renewed_ago: number;
}

const LOOK_MILLISECONDS = 200;
const ANSWER_MILLISECONDS = 3_000;

/** What recovery needs. */
export interface RecoveryOptions {
  sql: Sql;
  apiUrl: string;
  user: User;
  journal: Journal;
}

/**
 * Watches how long the service takes to recover from each fault: until the API answers a request that needs
 * the database, and every file that was being written has ended or is being written again, by a worker that
 * lives.
 */
export class Recovery {
  /** The seconds that each fault of a kind took. */
  readonly seconds = new Map<string, number[]>();
  /** The longest the API gave no answer. */
  longestSilence = 0;
  #running: Running[] = [];
  #open: Fault[] = [];

  constructor(readonly options: RecoveryOptions) {}

  /** A fault has just been made. */
  begin(kind: string): void {
    const met = new Map(this.#running.map(({ id, attempt }) => [id, attempt]));
    this.#open.push({ kind, at: performance.now(), met, isApiBack: false });
    this.seconds.set(kind, this.seconds.get(kind) ?? []);
    this.options.journal.note("fault", { kind, running: Object.fromEntries(met) });
  }

  /** Faults that are not recovered from yet. */
  get open(): string[] {
    return this.#open.map(({ kind }) => kind);
  }

  /** Watches until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watchGenerations(signal), this.#watchApi(signal)]);
  }

  async #watchGenerations(signal: AbortSignal): Promise<void> {
    const { sql } = this.options;
    while (!signal.aborted) {
      const asked = performance.now();
      try {
        this.#running = await sql<Running[]>`
          SELECT file_generation_id AS id, attempt,
            extract(epoch FROM now() - lease_expires_at)::float8 * 1000 + ${
          LEASE_SECONDS * 1000
        } AS renewed_ago
          FROM file_generation WHERE state = 'running'`;
        const [{ queued }] = await sql<[{ queued: string[] }]>`
          SELECT coalesce(array_agg(file_generation_id::text), '{}') AS queued
          FROM file_generation WHERE state = 'queued'`;
        this.#settle(asked, new Set(queued));
      } catch {
        // The database is away, as it is to be now and then.
      }
      await pause(LOOK_MILLISECONDS, signal);
    }
  }

  async #watchApi(signal: AbortSignal): Promise<void> {
    const { apiUrl, user } = this.options;
    let answered = performance.now();
    while (!signal.aborted) {
      const asked = performance.now();
      try {
        const response = await fetch(`${apiUrl}/v1/list_agencies/`, {
          headers: { Authorization: `Bearer ${user.token}` },
          signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
        });
        await response.body?.cancel();
        if (response.ok) {
          this.longestSilence = Math.max(this.longestSilence, (performance.now() - answered) / 1000);
          answered = performance.now();
          for (const fault of this.#open) fault.isApiBack ||= asked > fault.at;
        }
      } catch {
        // Nobody is there.
      }
      await pause(LOOK_MILLISECONDS, signal);
    }
  }

  /** @param asked when the generations were asked for */
  #settle(asked: number, queued: Set<string>): void {
    const running = new Map(this.#running.map((generation) => [generation.id, generation]));
    for (const fault of this.#open) {
      for (const [id, attempt] of fault.met) {
        const now = running.get(id);
        const isHeld = now && (now.attempt > attempt || asked - now.renewed_ago > fault.at);
        if (isHeld || (!now && !queued.has(id))) fault.met.delete(id);
      }
    }
    const over = this.#open.filter(({ at, met, isApiBack }) => isApiBack && met.size === 0 && asked > at);
    this.#open = this.#open.filter((fault) => !over.includes(fault));
    for (const { kind, at } of over) {
      const seconds = (performance.now() - at) / 1000;
      this.seconds.get(kind)!.push(seconds);
      this.options.journal.note("recovered", { kind, seconds });
    }
  }
}
