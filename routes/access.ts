import type { Context, Hono, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { RequestIdVariables } from "hono/request-id";
import { type AuditAction, recordAudit } from "../lib/auth/audit.ts";
import type { User } from "../lib/auth/user.ts";
import type { Sql } from "../lib/db.ts";
import { ServiceError } from "../lib/errors.ts";

/** What the handlers of a signed-in route find in the context. */
export interface SignedIn {
  Variables: { user: User } & RequestIdVariables;
}

/** Tells who sent a request by its headers. Throws `not_signed_in`. */
export type Authenticate = (headers: Headers) => Promise<User>;

/** What the audit keeps of a request, whatever it is about. */
export const auditOf = (c: Context<SignedIn>, action: AuditAction, agencyCode: string) => ({
  action,
  userId: c.var.user.userId,
  agencyCode,
  requestId: c.var.requestId,
});

const declared = new WeakSet<MiddlewareHandler>();

/** Makes a middleware count as a rule (`requireRules`): for rules that have a file of their own. */
export function declareRule<Handler extends MiddlewareHandler>(handler: Handler): Handler {
  declared.add(handler);
  return handler;
}

/** The rule of a route for everybody. */
export const forAnyone = declareRule(createMiddleware(async (_c, next) => await next()));

/**
 * The rule of a route for signed-in users; the handler decides by agency what this user may do (`lib/auth/permissions.ts`).
 * What it refuses is kept in the audit.
 */
export const forUsers = (
  { authenticate, sql }: { authenticate: Authenticate; sql: Sql },
): MiddlewareHandler<SignedIn> =>
  declareRule(createMiddleware<SignedIn>(async (c, next) => {
    const user = await authenticate(c.req.raw.headers);
    c.set("user", user);
    await next();
    if (c.error instanceof ServiceError && c.error.code === "permission_denied") {
      const detail = { method: c.req.method, path: c.req.path, message: c.error.message };
      await recordAudit(sql, { action: "refused", userId: user.userId, requestId: c.var.requestId, detail });
    }
  }));

/**
 * Makes sure that every route begins with a rule of this file.
 *
 * @throws where one does not, so that a service with an open door never starts
 */
export function requireRules(app: Hono): void {
  const first = new Map<string, (typeof app.routes)[number]>();
  for (const route of app.routes) {
    const name = `${route.method} ${route.path}`;
    if (!first.has(name)) first.set(name, route);
  }
  for (const [name, { handler }] of first) {
    if (!declared.has(handler as MiddlewareHandler)) {
      throw new Error(`the route ${name} declares no access rule`);
    }
  }
}
