import { createHash } from "node:crypto";
import { StackError } from "./stack_error.ts";

/** The status object, as far as the demo reads it. */
export interface JobAnswer {
  job_id: number;
  status: "waiting" | "finished" | "failed" | "invalid";
  message: string;
  url: string;
  size: number | null;
  rows?: number | null;
  rows_written?: number;
  sha256?: string | null;
  reused?: boolean;
}

/** What a download brought. */
export interface Download {
  bytes: number;
  sha256: string;
}

/** A client of the API, as a user would write one. */
export class Client {
  readonly #headers: Record<string, string>;

  constructor(readonly url: string, token: string, readonly signal: AbortSignal) {
    this.#headers = { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" };
  }

  /** Asks for a file. Throws a `StackError` where it is refused. */
  request(body: unknown): Promise<JobAnswer> {
    return this.#send("/v1/generate_detached_file/", { method: "POST", body: JSON.stringify(body) });
  }

  /** Asks how a job is getting on. */
  status(jobId: number): Promise<JobAnswer> {
    return this.#send(`/v1/check_detached_generation_status/?job_id=${jobId}`, {});
  }

  /** Saves what a link leads to, and adds up its bytes. */
  async download(link: string, path: string): Promise<Download> {
    const response = await fetch(link, { signal: this.signal });
    if (!response.ok || !response.body) {
      throw new StackError(`The link to the file answered ${response.status}: ${await response.text()}`);
    }
    using file = await Deno.create(path);
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of response.body) {
      hash.update(chunk);
      bytes += chunk.length;
      for (let done = 0; done < chunk.length;) done += await file.write(chunk.subarray(done));
    }
    return { bytes, sha256: hash.digest("hex") };
  }

  async #send(path: string, init: RequestInit): Promise<JobAnswer> {
    const response = await fetch(this.url + path, { ...init, headers: this.#headers, signal: this.signal });
    const answer = await response.json();
    if (!response.ok) throw new StackError(`${path} answered ${response.status}: ${answer.message}`);
    return answer;
  }
}
