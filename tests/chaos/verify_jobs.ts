import type { Sql } from "../../lib/db.ts";
import type { Clients } from "./client.ts";
import type { Job, Ledger, Status } from "./ledger.ts";

/** A job that has finished, with its status. */
export interface Finished {
  job: Job;
  status: Status;
}

/** How the accepted jobs have ended. */
export interface EndedJobs {
  finished: Finished[];
  failed: { job: Job; status: Status }[];
  cancelled: number;
}

/**
 * Holds every accepted job to what was promised: it is there, it has ended, and where it has no file it says
 * why.
 */
export async function verifyJobs(clients: Clients, ledger: Ledger, sql: Sql): Promise<EndedJobs> {
  const { journal } = ledger;
  const ended: EndedJobs = { finished: [], failed: [], cancelled: 0 };
  for (const job of ledger.jobs.values()) {
    const status = await clients.status(job);
    if (status.state === "finished") ended.finished.push({ job, status });
    else if (status.state === "cancelled") ended.cancelled += 1;
    else if (status.state === "failed") {
      ended.failed.push({ job, status });
      if (!status.error_code || !/^[A-Z].*\.$/.test(status.message)) {
        journal.violation(`Job ${job.id} failed without a code and a sentence: ${JSON.stringify(status)}`);
      }
      if (/_unavailable$|^source_behind$|_gone$/.test(status.error_code ?? "")) {
        journal.violation(`Job ${job.id} failed for its environment's fault: ${JSON.stringify(status)}`);
      }
    } else journal.violation(`Job ${job.id} is ${status.state}.`);
  }
  await compareWithDatabase(ledger, sql);
  return ended;
}

/** No request made two jobs, and none that was not accepted left one behind. */
async function compareWithDatabase({ jobs, journal }: Ledger, sql: Sql): Promise<void> {
  const rows = await sql<{ id: string; user: string }[]>`
    SELECT job_id AS id, requested_by AS user FROM generation_job ORDER BY job_id`;
  for (const { id } of rows) {
    if (!jobs.has(Number(id))) {
      journal.violation(`Job ${id} is in the database, and no client was told of it.`);
    }
  }
  if (rows.length < jobs.size) {
    journal.violation(`${jobs.size} jobs were accepted, and ${rows.length} are in the database.`);
  }
}
