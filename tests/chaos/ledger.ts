import type { Journal } from "./journal.ts";
import type { Body } from "./requests.ts";
import type { Upload } from "./uploads.ts";

/** Who asks. */
export interface User {
  name: string;
  token: string;
}

/** What a client was told of a job: the parts of the status object that are looked at. */
export interface Status {
  job_id: number;
  status: string;
  state: string;
  url: string;
  size: number | null;
  rows: number | null;
  sha256: string | null;
  message: string;
  error_code: string | null;
  data_as_of: string | null;
  reused: boolean;
  /** Of a reconciliation. */
  findings?: Record<string, number> | null;
  /** Of a file of changes. */
  changes: { added: number; changed: number; removed: number } | null;
}

/** What was sent, and may be sent again. */
export interface Asked {
  body: Body;
  /** What came with it to be reconciled. */
  upload?: Upload;
  idempotencyKey: string;
}

/** A job that the service has accepted. */
export interface Job extends Asked {
  id: number;
  user: User;
  /** Somebody has asked for its cancellation, whatever came of it. */
  cancelAsked: boolean;
  /** The service has said that it is cancelled. */
  cancelled: boolean;
  /** Its status when a client first saw that it had ended. */
  ended?: Status;
}

/** What the clients were promised; the service is held to it. */
export class Ledger {
  readonly jobs = new Map<number, Job>();

  constructor(readonly journal: Journal) {}

  /** Enters what an accepted request was answered; again where it was sent again. */
  accept(user: User, asked: Asked, status: Status): Job {
    const known = this.jobs.get(status.job_id);
    if (known && known.idempotencyKey !== asked.idempotencyKey) {
      this.journal.violation(`Job ${status.job_id} was given to two requests with different keys.`);
    }
    const job = known ?? { id: status.job_id, user, ...asked, cancelAsked: false, cancelled: false };
    this.jobs.set(job.id, job);
    if (status.reused) this.journal.count("reused");
    this.see(job, status);
    return job;
  }

  /** Compares what a job's status is with what it was: an accepted job stays, and its end is its end. */
  see(job: Job, status: Status): void {
    const { journal } = this;
    if (status.status === "invalid") {
      journal.violation(`Job ${job.id} was accepted, and then was unknown.`);
      return;
    }
    if (status.state === "cancelled" && !job.cancelAsked) {
      journal.violation(`Job ${job.id} was cancelled, and nobody had asked for it.`);
    }
    if (job.cancelled && status.state !== "cancelled") {
      journal.violation(`Job ${job.id} was cancelled, and then was ${status.state}.`);
    }
    if (job.ended && (job.ended.state !== status.state || job.ended.sha256 !== status.sha256)) {
      journal.violation(
        `Job ${job.id} was ${job.ended.state} (${job.ended.sha256}), and then was ${status.state} (${status.sha256}).`,
      );
    }
    if (!job.ended && !["queued", "running"].includes(status.state)) job.ended = status;
  }
}
