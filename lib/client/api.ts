import { ClientError, EXIT } from "./client_error.ts";

/** What the client reads of a status object (`api.md`). */
export interface Status {
  job_id: number;
  status: "waiting" | "finished" | "failed" | "invalid";
  state?: string;
  url: string;
  size: number | null;
  sha256?: string | null;
  rows?: number | null;
  rows_written?: number;
  rows_estimated?: number | null;
  message: string;
  error_code?: string | null;
}

const WAIT_SECONDS = 20;
const LONGEST_PAUSE_SECONDS = 60;

/** The service, as the command-line client uses it: every call is tried again while the service is away. */
export class Api {
  /**
   * @param url where the service is, without a slash at the end
   * @param patience how many seconds it may be away before the client gives up
   */
  constructor(readonly url: string, readonly token: string, readonly patience: number) {}

  /** Asks for a file; the same key never makes a second job. */
  request(body: Record<string, unknown>, idempotencyKey: string): Promise<Status> {
    return this.#call("/v1/generate_detached_file/", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      body: JSON.stringify(body),
    });
  }

  /** Where a job stands; the service holds the answer for some seconds while the job goes on. */
  status(jobId: number, wait = true): Promise<Status> {
    return this.#call(`/v1/check_detached_generation_status/?job_id=${jobId}`, {
      headers: wait ? { Prefer: `wait=${WAIT_SECONDS}` } : {},
    }, wait);
  }

  async #call(path: string, init: RequestInit, waits = false): Promise<Status> {
    const deadline = performance.now() + this.patience * 1000;
    for (let pause = 0.5;; pause = Math.min(2 * pause, 10)) {
      let seconds = pause;
      try {
        const headers = { ...init.headers, Authorization: `Bearer ${this.token}` };
        const answer = await fetch(this.url + path, { ...init, headers });
        const body = await answer.json();
        if (answer.ok) {
          // A service that does not hold its answers says when to ask again.
          const after = Number(answer.headers.get("Retry-After") ?? 2);
          if (waits && body.status === "waiting" && !answer.headers.has("Preference-Applied")) {
            await sleep(after);
          }
          return body;
        }
        if (answer.status !== 429 && answer.status < 500) throw refusal(answer.status, body);
        seconds = Number(answer.headers.get("Retry-After") ?? pause);
        if (performance.now() > deadline) throw new ClientError(body.message, EXIT.unreachable, body.code);
      } catch (error) {
        if (error instanceof ClientError) throw error;
        if (performance.now() > deadline) {
          throw new ClientError(
            `The service at ${this.url} does not answer: ${(error as Error).message}.`,
            EXIT.unreachable,
          );
        }
      }
      await sleep(Math.min(seconds, LONGEST_PAUSE_SECONDS));
    }
  }
}

function refusal(status: number, body: { message?: string; code?: string }): ClientError {
  const exit = status === 401 || status === 403 ? EXIT.notAllowed : EXIT.refused;
  return new ClientError(body.message ?? `The service has answered with ${status}.`, exit, body.code);
}

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
