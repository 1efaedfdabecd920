import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { migrate } from "../../lib/migrate.ts";
import { testApp } from "../helpers/app.ts";
import { allContracts } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startApi } from "../helpers/process.ts";
import { startRestartablePostgres } from "../helpers/restartable_postgres.ts";
import { type Service, startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";
import { within } from "../helpers/within.ts";

const POST = "/v1/generate_detached_file/";

async function ask(service: Service, method: string, path: string, body?: unknown) {
  const response = await fetch(service.api.url + path, {
    method,
    headers: { Authorization: `Bearer ${service.api.token}`, "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json = await response.json();
  return { status: response.status, retryAfter: response.headers.get("Retry-After"), json };
}

/** Ends the API's sessions, so that those it opens next have what was set meanwhile. */
const endSessions = ({ sql }: Service) =>
  sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'api%'`;

Deno.test("while the database takes no writes it is not ready, and requests are 503 with Retry-After", async () => {
  await using service = await startService();
  const { sql, db } = service;
  await addAgencies(sql);
  assert.equal((await ask(service, "GET", "/readyz")).status, 200);
  await sql.unsafe(`ALTER DATABASE ${db.name} SET default_transaction_read_only = on`);
  await endSessions(service);
  const { retryAfter, json } = await until("it is not ready", async () => {
    const response = await ask(service, "GET", "/readyz");
    return response.status === 503 && response;
  });
  assert.ok(Number(retryAfter) > 0);
  assert.equal(json.database, "failed");
  const refused = await until("it is asked on a new session", async () => {
    const response = await ask(service, "POST", POST, allContracts);
    return response.status === 503 && response;
  });
  assert.equal(refused.json.code, "service_unavailable");
  assert.ok(Number(refused.retryAfter) > 0);

  await sql.unsafe(
    `SET default_transaction_read_only = off; ALTER DATABASE ${db.name} RESET default_transaction_read_only`,
  );
  await endSessions(service);
  await until("it is ready again", async () => (await ask(service, "GET", "/readyz")).status === 200);
  assert.equal((await ask(service, "POST", POST, allContracts)).status, 200);
  assert.equal((await sql`SELECT FROM audit_event WHERE request_id = 'probe'`).length, 0);
});

Deno.test("a database with an older schema is none to be ready with; with a newer one whoever is at work goes on", async () => {
  await using service = await startService();
  const { sql } = service;
  const ready = async () => (await ask(service, "GET", "/readyz")).status === 200;
  const [newest] =
    await sql`DELETE FROM schema_migration WHERE name = (SELECT max(name) FROM schema_migration)
    RETURNING name, sha256`;
  await until("it is not ready", async () => !await ready());
  const add = (name: string) =>
    sql`INSERT INTO schema_migration (name, sha256) VALUES (${name}, ${newest!["sha256"]})`;
  await add(newest!["name"]);
  await until("it is ready again", ready);
  await add("9999_of_the_next_release.sql");
  // Longer than what was found is kept.
  for (const end = performance.now() + 2500; performance.now() < end;) assert.ok(await ready());
});

Deno.test("while the database is away every request is 503 with Retry-After, and the first one after its return is answered", async () => {
  await using postgres = await startRestartablePostgres("test-outage");
  await using resources = new AsyncDisposableStack();
  // The server is kept from one run of the tests to the next.
  const name = `outage_${crypto.randomUUID().slice(0, 8)}`;
  const admin = connect(postgres.url, { max: 1, name: "test" });
  await admin.unsafe(`CREATE DATABASE ${name}`);
  await admin.end();
  const databaseUrl = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  const sql = connect(databaseUrl, { max: 2, name: "test" });
  resources.defer(() => sql.end({ timeout: 1 }));
  await migrate(sql, databaseUrl);
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  resources.defer(() => Deno.remove(storageDir, { recursive: true }));
  await using api = await startApi({ databaseUrl, storageDir });
  const service = { api } as Service;
  await addAgencies(sql);
  const routes: [string, string, unknown?][] = [
    ["POST", POST, allContracts],
    ["GET", "/v1/check_detached_generation_status/?job_id=1"],
    ["GET", "/v1/generations/"],
    ["GET", "/v1/list_agencies/"],
    ["DELETE", "/v1/generations/1"],
    ["GET", "/readyz"],
  ];
  await postgres.restart("fast", async () => {
    for (const [method, path, body] of routes) {
      const response = await within(30, `${method} ${path}`, ask(service, method, path, body));
      assert.deepEqual([response.status, Number(response.retryAfter) > 0], [503, true], `${method} ${path}`);
    }
  });
  // Nothing has to pass first: the very next request is stored.
  const { status } = await within(30, "the next request", ask(service, "POST", POST, allContracts));
  assert.equal(status, 200);
  await until("it is ready", async () => (await ask(service, "GET", "/readyz")).status === 200);
});

Deno.test("a request that waits for somebody's lock is 503 with Retry-After in the end, and none once it is free", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const sql = connect(db.url, { max: 2, name: "api", pipelined: true, statementSeconds: 1 });
  await using app = await testApp(db, { sql });
  await db.sql.begin(async (tx) => {
    await tx`LOCK TABLE file_generation`;
    for (const headers of [{}, { "Idempotency-Key": "a" }]) {
      const { status, headers: found, json } = await within(
        30,
        "the request",
        app.send("POST", POST, { body: allContracts, headers }),
      );
      assert.deepEqual([status, json.code], [503, "service_unavailable"]);
      assert.ok(Number(found.get("Retry-After")) > 0);
    }
  });
  assert.equal((await app.send("POST", POST, { body: allContracts })).status, 200);
  await sql.end();
});

Deno.test("requests to a database that is empty, or just being restored, are 503; with its schema, what is missing is our fault", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await using app = await testApp(db);
  await db.sql`ALTER TABLE file_generation RENAME TO elsewhere`;
  const post = async () => {
    const { status, headers, json } = await app.send("POST", POST, { body: allContracts });
    if (status === 503) assert.ok(Number(headers.get("Retry-After")) > 0);
    return [status, json.code];
  };
  assert.deepEqual(await post(), [500, "internal_error"]);
  await db.sql`ALTER TABLE schema_migration RENAME TO elsewhere_too`;
  assert.deepEqual(await post(), [503, "service_unavailable"]);
  await db.sql`ALTER TABLE elsewhere_too RENAME TO schema_migration`;
  await db.sql`ALTER TABLE elsewhere RENAME TO file_generation`;
  assert.deepEqual(await post(), [200, undefined]);
});
