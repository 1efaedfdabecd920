import { setTimeout as pause } from "node:timers/promises";
import { ClientError, EXIT } from "./client_error.ts";
import type { UploadForm } from "./upload_form.ts";
import { whyOf } from "./why.ts";

/** What the client reads of a status object (`docs/api.md`). */
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
  findings?: Record<string, number> | null;
  changes?: { added: number; changed: number; removed: number } | null;
  reused?: boolean;
  message: string;
  error_code?: string | null;
  warnings?: { code: string; message: string }[];
}

/** What the client reads of a file's control totals (`docs/api.md`). */
export interface Totals {
  records: number;
  distinct_awards: number;
  amounts: Record<string, string>;
  records_that_differ?: number;
  by_month?: ({ month: string } & PartTotals)[];
  by_sub_tier?: ({ code: string | null; name: string | null } & PartTotals)[];
}

/** What some of a file's records come to. */
interface PartTotals {
  records: number;
  amounts: Record<string, string>;
}

const WAIT_SECONDS = 20;
const FIRST_PAUSE = 500, LONGEST_PAUSE = 10_000;
/** The longest that is waited because the service says so. */
const LONGEST_WAIT = 60_000;

/** The service, as a client sees it: every call is tried again while the service is away. */
export class Api {
  /**
   * @param url where the service is, without a slash at the end
   * @param patience how many seconds it may be away before the client gives up
   * @throws {ClientError} where the token cannot be one
   */
  constructor(readonly url: string, readonly token: string, readonly patience: number) {
    if (/^[!-~]+$/.test(token)) return;
    throw new ClientError(
      "The API token holds blanks, line breaks or letters that no token has: copy it again, whole.",
      EXIT.notAllowed,
    );
  }

  /** Asks for a file; the same key never makes a second job. */
  request(body: unknown, idempotencyKey: string): Promise<Status> {
    return this.#call("/v1/generate_detached_file/", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      body: JSON.stringify(body),
    });
  }

  /** Sends a file to be reconciled; the same key and the same form never make a second job. */
  reconcile(form: UploadForm, idempotencyKey: string): Promise<Status> {
    const headers = { "Content-Type": form.contentType, "Idempotency-Key": idempotencyKey };
    return this.#call("/v1/reconciliations/", { method: "POST", headers }, () => form.open());
  }

  /** Where a job stands. */
  status(jobId: number): Promise<Status> {
    return this.#call(`/v1/check_detached_generation_status/?job_id=${jobId}`, {});
  }

  /** What a finished job's file comes to; null where the service has no totals of it. */
  async totals(jobId: number): Promise<Totals | null> {
    try {
      return await this.#call<Totals>(`/v1/generations/${jobId}/totals`, {});
    } catch (error) {
      // Of a file that is older than totals, or from a service that is.
      if (error instanceof ClientError && ["no_totals", "route_unknown"].includes(error.code ?? "")) {
        return null;
      }
      throw error;
    }
  }

  /**
   * Waits until a job's file is there.
   *
   * @param begun what is known of the job
   * @param onStatus told what is known each time it is asked for
   * @throws {ClientError} where the file could not be made, with the reason
   */
  async finished(begun: Status, onStatus: (status: Status) => void): Promise<Status> {
    let status = begun;
    while (status.status === "waiting") {
      onStatus(status);
      status = await this.#call(`/v1/check_detached_generation_status/?job_id=${begun.job_id}`, {
        headers: { Prefer: `wait=${WAIT_SECONDS}` },
      });
    }
    if (status.status === "finished") return status;
    const why = status.message || "The service does not say why.";
    throw new ClientError(why, EXIT.generationFailed, status.error_code ?? status.state);
  }

  async #call<Body = Status>(
    path: string,
    init: RequestInit & { headers?: Record<string, string> },
    open?: () => ReadableStream<Uint8Array>,
  ): Promise<Body> {
    // From the first time that it is away: a call may take long where all is well.
    let away = Infinity;
    const isOutOfPatience = () =>
      performance.now() >= (away = Math.min(away, performance.now())) + this.patience * 1000;
    for (let milliseconds = FIRST_PAUSE;; milliseconds = Math.min(2 * milliseconds, LONGEST_PAUSE)) {
      const headers = { ...init.headers, Authorization: `Bearer ${this.token}` };
      const outcome = await fetch(this.url + path, { ...init, headers, ...(open && { body: open() }) })
        .then(readResponse).catch(whyOf);
      if (typeof outcome === "string") {
        if (isOutOfPatience()) {
          throw new ClientError(`The service at ${this.url} does not answer: ${outcome}.`, EXIT.unreachable);
        }
        await pause(milliseconds);
        continue;
      }
      const { response, body } = outcome;
      const after = Number(response.headers.get("Retry-After")) * 1000;
      if (response.ok) {
        // A service that does not hold its response says when to ask again.
        if (
          init.headers?.["Prefer"] && body.status === "waiting" && !response.headers.has("Preference-Applied")
        ) {
          await pause(Math.min(after || 2000, LONGEST_WAIT));
        }
        return body;
      }
      if (response.status !== 429 && response.status < 500) throw refusal(response.status, body);
      if (isOutOfPatience()) throw new ClientError(body.message, EXIT.unreachable, body.code);
      await pause(Math.min(after || milliseconds, LONGEST_WAIT));
    }
  }
}

async function readResponse(response: Response) {
  return { response, body: await response.json() };
}

function refusal(status: number, body: { message?: string; code?: string }): ClientError {
  const exit = status === 401 || status === 403 ? EXIT.notAllowed : EXIT.refused;
  return new ClientError(body.message ?? `The service has responded with ${status}.`, exit, body.code);
}
