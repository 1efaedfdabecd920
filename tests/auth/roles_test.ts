import assert from "node:assert/strict";
import { recordAudit } from "../../lib/auth/audit.ts";
import { createAuthenticator } from "../../lib/auth/authenticate.ts";
import { listTokens, revokeToken } from "../../lib/auth/tokens.ts";
import { listUsers, setDisabled, unknownAgencies } from "../../lib/auth/users.ts";
import { connect, type Sql } from "../../lib/db.ts";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { jobStatus } from "../../lib/generations/status.ts";
import { migrate } from "../../lib/migrate.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body } from "../helpers/generations.ts";
import { startApi, startWorker } from "../helpers/process.ts";
import { type Role, ROLES, urlAs } from "../helpers/roles.ts";
import { loadText } from "../helpers/sources.ts";
import { until } from "../helpers/until.ts";
import { addUser } from "../helpers/users.ts";
import { CALLERS, grantedRights, RIGHTS, sequenceRights } from "./rights.ts";

/** Runs a piece of work as a role. */
async function as<T>(db: TestDatabase, role: Role, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect(urlAs(db.url, role), { max: 2, name: role });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const denied = { code: "42501" };
// TRUNCATE is not for views at all, nor is changing one that joins tables.
const refusedOrNotForViews = { code: /^(42501|42809|55000)$/ };

Deno.test("every role has on every table, view and sequence what the table of rights says, and nobody has more", async () => {
  await using db = await testDatabase();
  assert.deepEqual(await grantedRights(db.sql), { ...RIGHTS, ...await sequenceRights(db.sql) });
});

for (const role of ROLES) {
  Deno.test(`${role} is refused whatever the table of rights does not give it`, async () => {
    await using db = await testDatabase();
    await as(db, role, async (sql) => {
      for (const [relation, rights] of Object.entries(RIGHTS)) {
        const may = rights[role] ?? "";
        const tries = {
          SELECT: `SELECT count(*) FROM ${relation}`,
          DELETE: `DELETE FROM ${relation} WHERE false`,
          TRUNCATE: `TRUNCATE ${relation}`,
          INSERT: `INSERT INTO ${relation} DEFAULT VALUES`,
        };
        for (const [right, statement] of Object.entries(tries)) {
          if (may.includes(right)) continue;
          await assert.rejects(sql.unsafe(statement), refusedOrNotForViews, statement);
        }
      }
      await assert.rejects(sql`CREATE TABLE mine (id integer)`, denied);
      await assert.rejects(sql`CREATE SCHEMA mine`, denied);
      await assert.rejects(sql`CREATE ROLE mine`, denied);
    });
  });
}

Deno.test("a function that runs with its owner's rights is for the roles that need it, and has a fixed search path", async () => {
  await using db = await testDatabase();
  const functions = await db.sql<
    { name: string; callers: string[]; definer: boolean; config: string | null }[]
  >`
    SELECT proname AS name, prosecdef AS definer, proconfig::text AS config,
      ARRAY(
        SELECT coalesce(rolname, 'PUBLIC')::text FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
        LEFT JOIN pg_roles ON pg_roles.oid = grantee WHERE grantee <> proowner ORDER BY 1
      ) AS callers
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`;
  assert.deepEqual(Object.fromEntries(functions.map(({ name, callers }) => [name, callers])), CALLERS);
  for (const { name, callers, definer, config } of functions) {
    // It looks at nothing that its caller may not see.
    const isInvokers = name === "room_for_generation";
    if (callers.length > 0) assert.equal(definer, !isInvokers, name);
    assert.match(config ?? "", /search_path=(public|pg_catalog), pg_temp/, name);
  }
});

Deno.test("no role can log in, or do anything else that is not granted to it", async () => {
  await using db = await testDatabase();
  const roles = await db.sql`
    SELECT rolname FROM pg_roles WHERE rolname = ANY (${[
    ...ROLES,
  ]}) AND NOT (rolcanlogin OR rolsuper OR rolcreaterole
      OR rolcreatedb OR rolreplication OR rolbypassrls)`;
  assert.equal(roles.length, ROLES.length);
  const memberships = await db.sql`
    SELECT FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = member WHERE rolname = ANY (${[...ROLES]})`;
  assert.equal(memberships.length, 0);
});

Deno.test("detached_api signs users in, takes requests, shows, cancels and keeps the audit", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { token, userId } = await addUser(db.sql, "alice", { agencies: ["020"] });
  await as(db, "detached_api", async (sql) => {
    const user = await createAuthenticator({ sql })(token);
    assert.equal(user.userId, userId);
    const jobId = await ask(sql, d1Body(), { requestedBy: "alice", idempotencyKey: "k" });
    assert.equal(await ask(sql, d1Body(), { requestedBy: "alice", idempotencyKey: "k" }), jobId);
    await ask(sql, { file_type: "A", cgac_code: "020", year: 2021, period: 6 });
    await ask(sql, d1Body(), { requestedBy: "alice", maxUnfinishedJobs: 1 });
    await recordAudit(sql, { action: "request", userId, jobId, agencyCode: "020", requestId: "r" });
    await recordAudit(sql, { action: "status", userId, jobId, requestId: "r" });
    await recordAudit(sql, { action: "status", userId, jobId, requestId: "r" });
    await cancelJob(sql, jobId);
    assert.equal((await jobStatus(sql, jobId))?.state, "cancelled");
  });
  const [last] = await db.sql`SELECT last_used_at FROM api_token`;
  assert.ok(last!.last_used_at);
});

Deno.test("detached_api can neither read a token, nor change the audit, nor publish a file", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { userId } = await addUser(db.sql, "alice");
  await as(db, "detached_api", async (sql) => {
    const jobId = await ask(sql);
    await recordAudit(sql, { action: "request", userId, jobId, requestId: "r" });
    await assert.rejects(sql`SELECT token_sha256 FROM api_token`, denied);
    await assert.rejects(sql`SELECT name FROM app_user`, denied);
    await assert.rejects(sql`UPDATE app_user SET is_administrator = true`, denied);
    await assert.rejects(
      sql`INSERT INTO affiliation (app_user_id, agency_code, permission) VALUES (1, '020', 'fabs')`,
      denied,
    );
    await assert.rejects(sql`UPDATE audit_event SET app_user_id = 2`, denied);
    await assert.rejects(sql`DELETE FROM audit_event`, denied);
    await assert.rejects(sql`SELECT FROM audit_event`, denied);
    await assert.rejects(
      sql`INSERT INTO audit_event (at, app_user_id, action, request_id) VALUES ('2000-01-01', ${userId}, 'list', 'r')`,
      denied,
    );
    await assert.rejects(sql`UPDATE file_generation SET stored_key = 'x'`, denied);
    await assert.rejects(sql`UPDATE file_generation SET state = 'finished'`, { code: "23514" });
    await assert.rejects(sql`UPDATE generation_job SET requested_by = 'bob'`, denied);
    await assert.rejects(sql`UPDATE detached_award_procurement SET piid = '1'`, denied);
    await assert.rejects(sql`SELECT graphile_worker.add_job('anything')`, denied);
    // A table of its own in the way of the real one makes no difference to the function.
    await assert.rejects(
      sql.begin(async (tx) => {
        await tx`CREATE TEMP TABLE api_token AS SELECT 1::bigint AS api_token_id, ${userId}::bigint AS app_user_id,
        sha256('x') AS token_sha256, NULL::timestamptz AS revoked_at, NULL::timestamptz AS expires_at,
        now() AS last_used_at`;
        const rows = await tx`SELECT FROM sign_in_with_token(sha256('x'))`;
        assert.equal(rows.length, 0);
        throw new Error("undone");
      }),
      { message: "undone" },
    );
  });
});

Deno.test("an API and a worker make a file, each in its role", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await addContracts(db.sql, 1000);
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  try {
    const as = (role: Role) => ({
      databaseUrl: db.url,
      storageDir,
      env: { DATABASE_URL: urlAs(db.url, role) },
    });
    await using api = await startApi(as("detached_api"));
    await using worker = await startWorker(as("detached_worker"));
    const { json } = await api.send("POST", "/v1/generate_detached_file/", allContracts);
    assert.equal(json.status, "waiting", json.message);
    const path = `/v1/check_detached_generation_status/?job_id=${json.job_id}`;
    const status = await until("the file is finished", async () => {
      assert.doesNotMatch(worker.log() + api.log(), /permission denied/);
      const { json } = await api.send("GET", path);
      return json.status !== "waiting" && json;
    });
    assert.deepEqual([status.status, status.message, status.rows], ["finished", "", 1000]);
    await until("the task is done", async () => {
      const [tasks] = await db.sql`SELECT count(*)::int FROM graphile_worker._private_jobs`;
      return tasks!.count === 0;
    });
    // The worker's housekeeping: a lost lease, an object to sweep.
    await db.sql`INSERT INTO unpublished_object (stored_key, file_generation_id, attempt) VALUES ('1/9/x.csv',
      (SELECT max(file_generation_id) FROM file_generation), 9)`;
    const second = await api.send("POST", "/v1/generate_detached_file/", {
      ...allContracts,
      file_format: "txt",
    });
    assert.equal(second.status, 200);
    await until("the object is swept", async () => {
      const [object] = await db.sql`SELECT swept_at FROM unpublished_object WHERE stored_key = '1/9/x.csv'`;
      return object!.swept_at;
    });
    assert.doesNotMatch(worker.log() + api.log(), /permission denied|"level":"(ERROR|WARN)/);
  } finally {
    await Deno.remove(storageDir, { recursive: true });
  }
});

Deno.test("detached_worker can read no token, make no user and take no request", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await as(db, "detached_worker", async (sql) => {
    await assert.rejects(sql`SELECT FROM api_token`, denied);
    await assert.rejects(sql`SELECT FROM app_user`, denied);
    await assert.rejects(sql`SELECT FROM sign_in_with_token(sha256('x'))`, denied);
    await assert.rejects(ask(sql), denied);
    await assert.rejects(sql`UPDATE file_generation SET request = '{}'`, denied);
    await assert.rejects(sql`UPDATE detached_award_procurement SET piid = ''`, denied);
    await assert.rejects(
      sql`INSERT INTO audit_event (app_user_id, action, request_id) VALUES (1, 'list', 'r')`,
      denied,
    );
  });
});

Deno.test("detached_loader loads a source table, and touches no job", async () => {
  await using db = await testDatabase();
  const loader = { ...db, url: urlAs(db.url, "detached_loader") };
  const csv = "cgac_code,agency_name\n020,Treasury\n097,Defense\n";
  const { rowsInserted } = await loadText(loader, "table:cgac", csv);
  assert.equal(rowsInserted, 2);
  await as(db, "detached_loader", async (sql) => {
    for (
      const table of ["file_generation", "generation_job", "unpublished_object", "api_token", "audit_event"]
    ) {
      await assert.rejects(sql`SELECT FROM ${sql(table)}`, denied);
    }
    await assert.rejects(sql`SELECT analyze_source_table('file_generation')`, denied);
    await sql`SELECT analyze_source_table('cgac')`;
  });
  const [analyzed] = await db.sql`
    SELECT count(*)::int FROM pg_stats WHERE schemaname = 'public' AND tablename = 'cgac' AND attname = 'cgac_code'`;
  assert.equal(analyzed!.count, 1);
});

Deno.test("detached_operator manages users and tokens, and can read no token's hash", async () => {
  await using db = await testDatabase();
  await as(db, "detached_operator", async (sql) => {
    const made = await addUser(sql, "alice", { agencies: ["020"], admin: true, expiresInDays: 3 });
    assert.equal((await listTokens(sql)).length, 1);
    assert.equal((await listUsers(sql))[0]!.isAdministrator, true);
    assert.deepEqual(await unknownAgencies(sql, ["020"]), ["020"]);
    await createAuthenticator({ sql: db.sql })(made.token);
    assert.equal(await revokeToken(sql, made.tokenId), true);
    await setDisabled(sql, made.userId, true);
    await sql`SELECT at, action FROM audit_event`;
    await assert.rejects(sql`SELECT token_sha256 FROM api_token`, denied);
    await assert.rejects(sql`UPDATE api_token SET token_sha256 = sha256('x')`, denied);
    await assert.rejects(sql`UPDATE api_token SET app_user_id = 1`, denied);
    await assert.rejects(sql`UPDATE app_user SET name = 'bob'`, denied);
    await assert.rejects(sql`DELETE FROM audit_event`, denied);
    await assert.rejects(sql`SELECT FROM file_generation`, denied);
  });
});

/**
 * A login user of the server's, with nothing of its own; dropped, with what it was granted, when it is
 * disposed of.
 */
async function loginUser(
  db: TestDatabase,
  options: string,
): Promise<{ name: string; urlOf(database: string): string } & AsyncDisposable> {
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  await db.sql.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD '${name}' ${options}`);
  return {
    name,
    urlOf(database) {
      const url = new URL(db.url);
      url.username = url.password = name;
      url.pathname = `/${database}`;
      return url.href;
    },
    [Symbol.asyncDispose]: async () => void await db.sql.unsafe(`DROP ROLE ${name}`),
  };
}

Deno.test("a login user of the role has its rights, and no others", async () => {
  await using db = await testDatabase();
  const { token } = await addUser(db.sql, "alice");
  await using login = await loginUser(db, "IN ROLE detached_api");
  const sql = connect(login.urlOf(db.name), { max: 1, name: "test" });
  try {
    const user = await createAuthenticator({ sql })(token);
    assert.equal(user.name, "alice");
    await assert.rejects(sql`SELECT FROM api_token`, denied);
  } finally {
    await sql.end();
  }
});

Deno.test("an owner who is no superuser can migrate where the roles exist", async () => {
  await using db = await testDatabase();
  await using login = await loginUser(db, "");
  const database = login.name;
  await db.sql.unsafe(`CREATE DATABASE ${database} OWNER ${login.name} TEMPLATE template0`);
  try {
    const url = login.urlOf(database);
    const sql = connect(url, { max: 2, name: "test" });
    try {
      await migrate(sql, url);
      assert.deepEqual(await grantedRights(sql), { ...RIGHTS, ...await sequenceRights(sql) });
    } finally {
      await sql.end();
    }
  } finally {
    await db.sql.unsafe(`DROP DATABASE ${database} WITH (FORCE)`);
  }
});
