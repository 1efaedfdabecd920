import type { Journal } from "./journal.ts";
import type { User } from "./ledger.ts";
import { pause } from "./pause.ts";

const ANSWER_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 300;
/** How long a client goes on trying; far longer than any one fault lasts. */
const PATIENCE_SECONDS = 90;

/** What a request has besides its method and path. */
export interface Sent {
  headers?: Record<string, string>;
  /** JSON, unless the headers say otherwise. */
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** How long to go on trying. */
  patienceSeconds?: number;
  /** Whether a refusal is no answer: what was sent before may be under way still. */
  isAccepted?: (status: number) => boolean;
}

/** What a request was answered. */
export interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- what is in it is looked at with care
  json: any;
}

/** Sends requests as clients do that know what may happen to a service. */
export class Caller {
  constructor(readonly api: string, readonly journal: Journal) {}

  /** Sends a request until it is answered with something else than a server error. */
  async send(user: User, method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const { patienceSeconds = PATIENCE_SECONDS, isAccepted = () => true } = sent;
    const deadline = performance.now() + patienceSeconds * 1000;
    let last: unknown;
    while (performance.now() < deadline) {
      const answer = await this.once(user, method, path, sent);
      if ("status" in answer && answer.status < 500 && isAccepted(answer.status)) return answer;
      last = "status" in answer ? JSON.stringify(answer) : answer.lost;
      await pause(RETRY_MILLISECONDS);
    }
    throw new Error(`${method} ${path} was not answered in ${patienceSeconds} seconds; the last was ${last}`);
  }

  /** Sends a request, and sees what comes of it. */
  async once(user: User, method: string, path: string, sent: Sent = {}): Promise<Answer | { lost: unknown }> {
    try {
      const response = await this.#fetch(user, method, path, sent, ANSWER_MILLISECONDS);
      const answer = { status: response.status, json: await response.json() };
      if (answer.status >= 500) this.journal.count(`answers ${answer.status}`);
      // A 503 says that something is away; anything else is a fault of the service.
      if (answer.status >= 500 && answer.status !== 503) {
        this.journal.note("server error", { method, path, ...answer });
      }
      return answer;
    } catch (error) {
      this.journal.count("connections lost");
      return { lost: error };
    }
  }

  /** Sends a request and does not wait for its response, or not for all of it. */
  async drop(
    user: User,
    method: string,
    path: string,
    milliseconds: number,
    sent: Sent = {},
  ): Promise<void> {
    try {
      const response = await this.#fetch(user, method, path, sent, milliseconds);
      await response.bytes();
    } catch {
      // That is what it is for.
    }
    this.journal.count(`dropped: ${method}`);
  }

  #fetch(
    { token }: User,
    method: string,
    path: string,
    { headers, body }: Sent,
    milliseconds: number,
  ): Promise<Response> {
    return fetch(this.api + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...headers },
      ...body !== undefined && { body },
      signal: AbortSignal.timeout(milliseconds),
    });
  }
}
