import type { Sql, Transaction } from "../db.ts";

/** What can be done that is kept. */
export type AuditAction = "request" | "status" | "list" | "link" | "download" | "cancel" | "refused";

/** Something that somebody has done. */
export interface AuditEvent {
  action: AuditAction;
  /** Only for a download it may be unknown: whoever holds a signed link may use it. */
  userId?: string;
  jobId?: string;
  agencyCode?: string;
  /** The ID that the response and the log carry as well. */
  requestId: string;
  /** Whatever else is worth knowing: at most 4 KB as JSON, never a secret or a signed link. */
  detail?: Record<string, string | number | boolean | null>;
}

/**
 * Keeps what somebody has done (`audit_event`): in the same transaction as the deed, where that changes something. Of
 * one user's looks at one job (`status`) the first is kept; a program that waits looks every second.
 */
export async function recordAudit(sql: Sql | Transaction, event: AuditEvent): Promise<void> {
  await sql`
    INSERT INTO audit_event (app_user_id, action, job_id, agency_code, request_id, detail)
    VALUES (${event.userId ?? null}, ${event.action}, ${event.jobId ?? null}, ${event.agencyCode ?? null},
      ${event.requestId}, ${sql.json(event.detail ?? {})})
    ON CONFLICT DO NOTHING`;
}
