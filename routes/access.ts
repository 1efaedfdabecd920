import type { Hono, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { User } from "../lib/auth/user.ts";

/** What the handlers of a signed-in route find in the context. */
export interface SignedIn {
  Variables: { user: User };
}

/** Tells who sent a request by its headers. Throws `not_signed_in`. */
export type Authenticate = (headers: Headers) => Promise<User>;

const declared = new WeakSet<MiddlewareHandler>();

function declare<Handler extends MiddlewareHandler>(handler: Handler): Handler {
  declared.add(handler);
  return handler;
}

/** The rule of a route for everybody. */
export const forAnyone = declare(createMiddleware(async (_c, next) => await next()));

/** The rule of a route for signed-in users; the handler decides by agency what this user may do. */
export const forUsers = (authenticate: Authenticate): MiddlewareHandler<SignedIn> =>
  declare(createMiddleware<SignedIn>(async (c, next) => {
    c.set("user", await authenticate(c.req.raw.headers));
    await next();
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
