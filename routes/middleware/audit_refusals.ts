import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { recordAudit } from "../../lib/auth/audit.ts";
import type { User } from "../../lib/auth/user.ts";
import type { Sql } from "../../lib/db.ts";
import { ServiceError } from "../../lib/errors.ts";
import { log } from "../../lib/log.ts";
import type { Sourced } from "./request_source.ts";

/** What is looked at of a request that was refused, whichever door it came to. */
interface Refused extends Pick<Context, "req" | "error"> {
  readonly var: Sourced["Variables"] & { user?: User | undefined; isSignInRefused?: boolean | undefined };
}

/** So many refused sign-ins are kept in a minute: whoever tries millions must not fill the disk. */
const MOST_A_MINUTE = 300;
const LONGEST_PATH = 200;

/**
 * Keeps in the audit what was refused, by whichever door it was asked for: to a user, or to whoever could not
 * sign in.
 */
export function auditRefusals(sql: Sql): MiddlewareHandler<Sourced> {
  const quota = { minute: 0, kept: 0, passedOver: 0 };
  return createMiddleware<Sourced>(async (c, next) => {
    await next();
    if (c.error) await recordRefusal(c, sql, c.error);
    if (isSignInRefused(c)) await recordSignInRefusal(c, sql, quota);
  });
}

/** Keeps in the audit that a user was refused something, where an error says so. */
export async function recordRefusal(c: Refused, sql: Sql, error: unknown): Promise<void> {
  const { user, source } = c.var;
  if (!(error instanceof ServiceError) || error.code !== "permission_denied" || !user) return;
  const { jobId, agencyCode } = error.parameters as { jobId?: string; agencyCode?: string };
  const detail = { ...asked(c), message: error.message };
  await recordAudit(sql, { ...source, action: "refused", userId: user.userId, jobId, agencyCode, detail });
}

/** Whether a credential was sent and is none. That nobody has signed in is nothing to keep. */
const isSignInRefused = (c: Refused): boolean =>
  c.var.isSignInRefused === true ||
  (c.error instanceof ServiceError && c.error.code === "not_signed_in" &&
    Boolean(c.req.header("Authorization") || c.req.header("X-Session-Id")));

async function recordSignInRefusal(
  c: Refused,
  sql: Sql,
  quota: { minute: number; kept: number; passedOver: number },
): Promise<void> {
  const minute = Math.floor(performance.now() / 60_000);
  if (quota.minute !== minute) Object.assign(quota, { minute, kept: 0 });
  if (quota.kept >= MOST_A_MINUTE) {
    quota.passedOver += 1;
    return;
  }
  quota.kept += 1;
  const detail = { ...asked(c), ...(quota.passedOver > 0 && { passed_over: quota.passedOver }) };
  quota.passedOver = 0;
  try {
    await recordAudit(sql, { ...c.var.source, action: "sign_in_refused", detail });
  } catch (error) {
    // The response says no more than that it was refused, whatever becomes of the audit.
    log("api").warning("a refused sign-in could not be kept", { error: String(error) });
  }
}

const asked = (c: Refused) => ({
  method: c.req.method,
  // As it was sent, so that it is printable.
  path: new URL(c.req.url).pathname.slice(0, LONGEST_PATH),
});
