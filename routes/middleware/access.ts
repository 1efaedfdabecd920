import type { Hono, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { AuditAction } from "../../lib/auth/audit.ts";
import { credentialOf } from "../../lib/auth/credentials.ts";
import type { User } from "../../lib/auth/user.ts";
import { describes } from "../operation.ts";
import type { Sourced } from "./request_source.ts";

/** What the handlers of a signed-in route find in the context. */
export interface SignedIn {
  Variables: Sourced["Variables"] & {
    user: User;
    credential: string;
    /**
     * Looks the user up anew, who may have been signed out since, by the credential as it was good at a
     * moment, now unless said. Throws `not_signed_in`.
     */
    userNow: (moment?: Date) => Promise<User>;
  };
}

/** Who asks: all that most functions need of a signed-in route's context, or of one that has more in it. */
export interface Asked {
  readonly req: { readonly method: string };
  readonly var: SignedIn["Variables"];
}

/** Tells whose a credential is, which was good at a moment, now unless said. Throws `not_signed_in`. */
export type Authenticate = (credential: string, moment?: Date) => Promise<User>;

/** What the audit keeps of a request, whatever it is about. */
export const auditOf = (c: Asked, action: AuditAction, agencyCode?: string) => ({
  ...c.var.source,
  action,
  userId: c.var.user.userId,
  agencyCode,
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
 * The rule of a route for signed-in users; what this user may do is decided by agency
 * (`lib/auth/permissions.ts`).
 */
export const forUsers = ({ authenticate }: { authenticate: Authenticate }): MiddlewareHandler<SignedIn> =>
  declareRule(describes(
    { isSignedIn: true, errors: [401, 503] },
    createMiddleware<SignedIn>(async (c, next) => {
      const credential = credentialOf(c.req.raw.headers);
      c.set("user", await authenticate(credential));
      c.set("credential", credential);
      c.set("userNow", (moment) => authenticate(credential, moment));
      await next();
    }),
  ));

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
