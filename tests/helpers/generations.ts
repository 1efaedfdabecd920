import type { Sql } from "../../lib/db.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { claim, type Lease } from "../../lib/generations/lease.ts";
import { requestGeneration } from "../../lib/generations/request.ts";
import type { State } from "../../lib/generations/status.ts";

/** The ID of whoever asks, in the audit; apart from those that are counted up. */
const TESTER = "1000000";

/** Adds the agencies that tests ask for, CGAC 020 and 097, FREC 1601, and the user whom the audit names. */
export async function addAgencies(sql: Sql): Promise<void> {
  await sql`INSERT INTO cgac (cgac_id, cgac_code, agency_name) VALUES (1, '020', 'Treasury'), (2, '097', 'Defense')`;
  await sql`INSERT INTO frec (frec_code, agency_name, cgac_id) VALUES ('1601', 'Labor', 1)`;
  await sql`INSERT INTO app_user (app_user_id, name) OVERRIDING SYSTEM VALUE VALUES (${TESTER}, 'whoever-asks')`;
}

/** A request body for a D1 file of the Treasury; other days make another file. */
export const d1Body = (more: Record<string, unknown> = {}) => ({
  file_type: "D1",
  cgac_code: "020",
  start: "01/01/2016",
  end: "03/31/2016",
  ...more,
});

/** Stores a request as a route would. Gives the job's ID. */
export async function ask(
  sql: Sql,
  body: Record<string, unknown> = d1Body(),
  requester: { requestedBy?: string; maxUnfinishedJobs?: number; idempotencyKey?: string } = {},
): Promise<string> {
  const request = requestBody.parse(body);
  const { job } = await requestGeneration(sql, fileTypeOf(request.file_type), request, {
    requestedBy: "tester",
    userId: TESTER,
    requestId: "test",
    maxUnfinishedJobs: 1000,
    ...requester,
  });
  return job.jobId;
}

/** The generation a job waits for. */
export async function generationOf(
  sql: Sql,
  jobId: string,
): Promise<{ id: string; state: State; attempt: number }> {
  const [row] = await sql<[{ id: string; state: State; attempt: number }]>`
    SELECT file_generation_id AS id, state, attempt
    FROM generation_job JOIN file_generation USING (file_generation_id) WHERE job_id = ${jobId}`;
  return row;
}

/** Asks for a file and claims it. */
export async function askAndClaim(sql: Sql, body = d1Body()): Promise<{ jobId: string; lease: Lease }> {
  const jobId = await ask(sql, body);
  const lease = await claim(sql, (await generationOf(sql, jobId)).id, "worker-1", 30);
  return { jobId, lease: lease! };
}

/** What a file would have been, had it been written. */
export const written = { rows: 2, bytes: 100, sha256: "ab".repeat(32) };

/**
 * Adds a finished generation whose file is stored under a key, or gives it the file if it was added before.
 */
export async function addFile(sql: Sql, key: string, bytes: number): Promise<void> {
  await sql`
    INSERT INTO file_generation (file_type, agency_code, start_date, end_date, request, request_key, data_version,
      state, attempt, started_at, ended_at, stored_key, file_name, size_bytes, row_count, sha256)
    VALUES ('D1', '020', '2016-01-01', '2016-03-31', '{}', ${key}, 0,
      'finished', 1, now(), now(), ${key}, ${
    key.slice(key.lastIndexOf("/") + 1)
  }, ${bytes}, 0, repeat('a', 64))
    ON CONFLICT (stored_key) DO UPDATE SET size_bytes = excluded.size_bytes`;
}
