import type { Sql, Transaction } from "../db.ts";

/**
 * What can be done that is kept of a request; what an operator does to users and tokens is kept where it is
 * done.
 */
export type AuditAction =
  | "request"
  | "status"
  | "list"
  | "link"
  | "download"
  | "cancel"
  | "coverage"
  | "estimate"
  | "preview"
  | "refused"
  | "sign_in_refused";

/** Which request it was, and where it came from. */
export interface RequestSource {
  /** The ID that the response and the log carry as well: the service's own. */
  requestId: string;
  /** What the client calls it: 128 printable ASCII characters at most. */
  clientRequestId?: string | undefined;
  /** The client's IP address. */
  address?: string | undefined;
}

/** Something that somebody has done. */
export interface AuditEvent extends RequestSource {
  action: AuditAction;
  /**
   * Only for a download and a refused sign-in it may be unknown: whoever holds a signed link may use it, and
   * whoever could not sign in is nobody.
   */
  userId?: string;
  jobId?: string | undefined;
  agencyCode?: string | undefined;
  /** Whatever else is worth knowing: at most 4 KB as JSON, never a secret or a signed link. */
  detail?: Record<string, string | number | boolean | null>;
}

/**
 * Keeps what somebody has done (`audit_event`): in the same transaction as the deed, where that changes
 * something. Of one user's looks at one job (`status`) the first is kept; a program that waits looks every
 * second.
 */
export async function recordAudit(sql: Sql | Transaction, event: AuditEvent): Promise<void> {
  await sql`
    INSERT INTO audit_event
      (app_user_id, action, job_id, agency_code, request_id, client_request_id, address, detail)
    VALUES (${event.userId ?? null}, ${event.action}, ${event.jobId ?? null}, ${event.agencyCode ?? null},
      ${event.requestId}, ${event.clientRequestId ?? null}, ${event.address ?? null}, ${
    sql.json(event.detail ?? {})
  })
    ON CONFLICT DO NOTHING`;
}
