import { createHash } from "node:crypto";
import type { Sql } from "../../lib/db.ts";
import { copyDigest, type Digest } from "./copy_digest.ts";
import type { Journal } from "./journal.ts";
import type { Job, Status } from "./ledger.ts";
import type { Loads } from "./loads.ts";
import { LOADED } from "./requests.ts";

/** What verifying files needs. */
export interface VerifyFilesOptions {
  databaseUrl: string;
  sql: Sql;
  loads: Loads;
  journal: Journal;
}

/** What was verified. */
export interface VerifiedFiles {
  files: number;
  bytes: number;
}

const AT_ONCE = 2;

/**
 * Fetches every finished file through its link and makes sure that it is whole: as many bytes as stated with
 * the stated hash, and once it is unpacked exactly what `COPY` makes of its query on the data that it says it
 * was made on.
 */
export async function verifyFiles(
  finished: readonly { job: Job; status: Status }[],
  options: VerifyFilesOptions,
): Promise<VerifiedFiles> {
  const judge = new Judge(options);
  // Jobs that share a file have one object.
  const files = Map.groupBy(finished, ({ status }) => new URL(status.url).pathname);
  const verified: VerifiedFiles = { files: 0, bytes: 0 };
  const left = [...files.values()];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let jobs; (jobs = left.pop());) {
      for (const complaint of await verify(jobs, judge)) options.journal.violation(complaint);
      verified.files += 1;
      verified.bytes += jobs[0]!.status.size ?? 0;
    }
  }));
  return verified;
}

async function verify(jobs: { job: Job; status: Status }[], judge: Judge): Promise<string[]> {
  const [{ job, status }] = jobs as [{ job: Job; status: Status }];
  const what = `The file of job ${job.id} (${JSON.stringify(job.body)})`;
  const complaints = [];
  for (const other of jobs.slice(1)) {
    const isSame = other.status.sha256 === status.sha256 && other.status.size === status.size &&
      other.status.rows === status.rows;
    if (!isSame) complaints.push(`${what} has other facts for job ${other.job.id}.`);
  }
  const expected = await judge.expected(job, status);
  if (typeof expected === "string") return [...complaints, `${what} ${expected}`];
  const fetched = await fetchFile(status.url, job.body["compression"] === "gzip");
  if (typeof fetched === "string") return [...complaints, `${what} ${fetched}`];
  const { stored, content, disposition } = fetched;
  const extension = `${job.body["file_format"] ?? "csv"}${job.body["compression"] === "gzip" ? ".gz" : ""}`;
  if (!disposition.includes(`.${extension}`)) complaints.push(`${what} is called ${disposition}.`);
  if (stored.bytes !== status.size || stored.sha256 !== status.sha256) {
    complaints.push(
      `${what} is not what its status states: ${stored.bytes} bytes, ${stored.sha256}, instead of ${status.size}, ${status.sha256}.`,
    );
  }
  if (
    content.bytes !== expected.bytes || content.sha256 !== expected.sha256 || status.rows !== expected.rows
  ) {
    complaints.push(
      `${what} is not what COPY gives: ${status.rows} rows, ${content.bytes} bytes, ${content.sha256}, instead of ` +
        `${expected.rows}, ${expected.bytes}, ${expected.sha256}; data of ${status.data_as_of}.`,
    );
  }
  return complaints;
}

/** Fetches a file. Gives what was wrong where it cannot be had. */
async function fetchFile(
  url: string,
  isCompressed: boolean,
): Promise<{ stored: BytesSeen; content: BytesSeen; disposition: string } | string> {
  const response = await fetch(url);
  if (!response.ok) {
    await response.body?.cancel();
    return `cannot be fetched through its link: S3 answers ${response.status}.`;
  }
  const stored = new BytesSeen();
  const content = isCompressed ? new BytesSeen() : stored;
  const watched = response.body!.pipeThrough(stored.watch());
  const unpacked = isCompressed
    ? watched.pipeThrough(new DecompressionStream("gzip")).pipeThrough(content.watch())
    : watched;
  for await (const _ of unpacked);
  return { stored, content, disposition: response.headers.get("Content-Disposition") ?? "" };
}

/** Counts and hashes the bytes that pass. */
class BytesSeen {
  bytes = 0;
  readonly #hash = createHash("sha256");
  #digest: string | undefined;

  watch(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    return new TransformStream({
      transform: (chunk, controller) => {
        this.bytes += chunk.length;
        this.#hash.update(chunk);
        controller.enqueue(chunk);
      },
    });
  }

  get sha256(): string {
    return this.#digest ??= this.#hash.digest("hex");
  }
}

/** Knows what every file must be. */
class Judge {
  readonly #digests = new Map<string, Promise<Digest>>();

  constructor(readonly options: VerifyFilesOptions) {}

  /** What the file of a job must be; a string says why it cannot be right, whatever is in it. */
  async expected(job: Job, status: Status): Promise<Digest | string> {
    const { sql, loads, databaseUrl } = this.options;
    const asOf = status.data_as_of ?? "";
    if (!loads.was(job.body.file_type, asOf)) {
      return `says that its data was loaded at ${asOf}, when nothing was.`;
    }
    const [row] = await sql<[{ data_version: string }]>`
      SELECT data_version FROM generation_job JOIN file_generation USING (file_generation_id) WHERE job_id = ${job.id}`;
    const loaded = LOADED.find((body) => JSON.stringify(body) === JSON.stringify(job.body));
    if (loaded) {
      const version = loads.version(loaded, asOf);
      return version < Number(row.data_version)
        ? `was made on data of version ${version}, older than its request, ${row.data_version}.`
        : loads.expected(loaded, asOf)!;
    }
    // No load changes its rows, so that it must be what it would be now.
    const key = JSON.stringify(job.body);
    if (!this.#digests.has(key)) this.#digests.set(key, copyDigest(databaseUrl, job.body));
    return await this.#digests.get(key)!;
  }
}
