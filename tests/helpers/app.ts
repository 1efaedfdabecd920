import type { Hono } from "hono";
import type { SignInProvider } from "../../lib/auth/sign_in_provider.ts";
import type { User } from "../../lib/auth/user.ts";
import type { Sql } from "../../lib/db.ts";
import { ServiceError } from "../../lib/errors.ts";
import { GenerationChanges } from "../../lib/generations/changes.ts";
import { LocalStore } from "../../lib/storage/local.ts";
import type { Authenticate } from "../../routes/middleware/access.ts";
import { createApp } from "../../routes/app.ts";
import { HeldRequests } from "../../routes/middleware/held_requests.ts";
import type { WaitTimes } from "../../routes/request/wait_times.ts";
import type { TestDatabase } from "./database.ts";
import { written } from "./generations.ts";

/** Users that tests sign in as, by the token that is their name. */
export const users: Record<string, User> = {
  administrator: { userId: "1", name: "administrator", isAdministrator: true, affiliations: [] },
  "treasury-reader": {
    userId: "2",
    name: "treasury-reader",
    isAdministrator: false,
    affiliations: [{ agencyCode: "020", permission: "reader" }],
  },
  "treasury-writer": {
    userId: "3",
    name: "treasury-writer",
    isAdministrator: false,
    affiliations: [{ agencyCode: "020", permission: "writer" }],
  },
  "defense-fabs": {
    userId: "4",
    name: "defense-fabs",
    isAdministrator: false,
    affiliations: [{ agencyCode: "097", permission: "fabs" }],
  },
  stranger: { userId: "5", name: "stranger", isAdministrator: false, affiliations: [] },
};

/** The API over a test's database and a folder of its own. */
export interface TestApp extends AsyncDisposable {
  sql: Sql;
  app: Hono;
  store: LocalStore;
  changes: GenerationChanges;
  held: HeldRequests;
  /** Sends a request, signed in as a user, and gives the answer with its body read. */
  send(
    method: string,
    path: string,
    options?: { as?: string | null; body?: unknown; form?: FormData; headers?: Record<string, string> },
    // deno-lint-ignore no-explicit-any -- tests look at whatever JSON came
  ): Promise<{ status: number; headers: Headers; text: string; json: any }>;
  /** Sends a request as the administrator, and gives the response as it begins. */
  open(
    method: string,
    path: string,
    options: { headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Response>;
}

const byName: Authenticate = (credential) => {
  const user = users[credential];
  if (!user) throw new ServiceError("not_signed_in");
  return Promise.resolve(user);
};

/** Makes an API whose users sign in by their names (`users`). */
export async function testApp(
  db: TestDatabase,
  {
    maxUnfinishedJobs = 50,
    maxHeldRequests = 100,
    maxUploadBytes = 2 ** 30,
    sql = db.sql,
    corsOrigins,
    metricsToken,
    authenticate = byName,
    provider,
    publicUrl,
    waitTimes,
  }: {
    maxUnfinishedJobs?: number;
    maxHeldRequests?: number;
    maxUploadBytes?: number;
    sql?: Sql;
    corsOrigins?: string[];
    metricsToken?: string;
    authenticate?: Authenticate;
    provider?: SignInProvider | undefined;
    publicUrl?: string;
    waitTimes?: WaitTimes;
  } = {},
): Promise<TestApp> {
  const dir = await Deno.makeTempDir({ prefix: "detached-files-" });
  const store = new StoreOfUnwrittenFiles({
    dir,
    publicUrl: "http://localhost",
    signingSecret: "s".repeat(32),
  });
  await addUsers(db.sql);
  const changes = new GenerationChanges(db.url, "test-listen");
  const held = new HeldRequests(maxHeldRequests);
  const app = createApp({
    sql,
    changes,
    held,
    corsOrigins,
    metricsToken,
    store,
    urlTtlSeconds: 60,
    maxUnfinishedJobs,
    maxUploadBytes,
    retentionDays: 30,
    authenticate,
    provider,
    publicUrl,
    waitTimes,
  });
  return {
    sql: db.sql,
    app,
    store,
    changes,
    held,
    async send(method, path, { as = "administrator", body, form, headers = {} } = {}) {
      const response = await app.request(path, {
        method,
        headers: {
          ...(as && { "X-Session-Id": as }),
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...headers,
        },
        ...(form && { body: form }),
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson && text ? JSON.parse(text) : undefined,
      };
    },
    open: async (method, path, { headers = {}, signal }) =>
      await app.request(path, {
        method,
        headers: { "X-Session-Id": "administrator", ...headers },
        ...(signal && { signal }),
      }),
    async [Symbol.asyncDispose]() {
      await changes[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** Tests publish files that nobody has written. */
class StoreOfUnwrittenFiles extends LocalStore {
  override size(): Promise<number> {
    return Promise.resolve(written.bytes);
  }
}

async function addUsers(sql: Sql): Promise<void> {
  for (const { userId, name, isAdministrator } of Object.values(users)) {
    await sql`
      INSERT INTO app_user (app_user_id, name, is_administrator) OVERRIDING SYSTEM VALUE
      VALUES (${userId}, ${name}, ${isAdministrator}) ON CONFLICT DO NOTHING`;
  }
  // Users that a test makes have IDs of their own.
  await sql`SELECT setval(pg_get_serial_sequence('app_user', 'app_user_id'), greatest(max(app_user_id), 100)) FROM app_user`;
}
