import assert from "node:assert/strict";
import { createAuthenticator } from "../../lib/auth/authenticate.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";
import { urlAs } from "../helpers/roles.ts";
import { runTask } from "../helpers/run_task.ts";

/** Runs `deno task token …`, with its permissions, on a database or a URL. */
const token = (database: TestDatabase | string, ...args: string[]) =>
  runTask(["token", ...args], {
    DATABASE_URL: typeof database === "string" ? database : urlAs(database.url, "detached_operator"),
  });

const signIn = (db: TestDatabase, token: string) => createAuthenticator({ sql: db.sql })(token);

Deno.test("`deno task token create` prints a token that works, alone on standard output", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const made = await token(
    db,
    ...["create", "--user", "alice", "--agency", "020:writer", "--agency", "1601", "--expires", "30"],
  );
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /^detached_[0-9a-f]{64}\n$/);
  assert.match(made.err, /^Made token 1 for alice \(020:writer, 1601:reader\), valid until 20\d\d-/);
  assert.ok(!made.err.includes(made.out.trim()));
  const user = await signIn(db, made.out.trim());
  assert.deepEqual([user.name, user.isAdministrator], ["alice", false]);
  assert.deepEqual(user.affiliations, [
    { agencyCode: "020", permission: "writer" },
    { agencyCode: "1601", permission: "reader" },
  ]);
  const [row] = await db.sql`SELECT expires_at - created_at = interval '30 days' AS days FROM api_token`;
  assert.equal(row!.days, true);
});

Deno.test("`deno task token create --json` prints everything there is to know as JSON", async () => {
  await using db = await testDatabase();
  const { out, err } = await token(db, "create", "--user", "root", "--admin", "--agency", "999", "--json");
  const made = JSON.parse(out);
  assert.match(made.token, /^detached_/);
  assert.deepEqual({ ...made, token: "" }, {
    token_id: "1",
    token: "",
    user: "root",
    is_administrator: true,
    affiliations: ["999:reader"],
    expires_at: null,
  });
  assert.equal((await signIn(db, made.token)).isAdministrator, true);
  assert.match(err, /no agency with the code 999 is loaded/);
});

Deno.test("`deno task token` lists tokens and users, and revokes, grants, denies, disables and enables", async () => {
  await using db = await testDatabase();
  const one = (await token(db, "create", "--user", "alice", "--agency", "020")).out.trim();
  const two = (await token(db, "create", "--user", "alice")).out.trim();
  const listed = (await token(db, "list", "--user", "alice")).out;
  assert.match(listed, new RegExp(`^1 +alice +detached_…${one.slice(-4)} +valid`, "m"));
  assert.ok(!listed.includes(one) && !listed.includes(two));

  assert.equal((await token(db, "revoke", "1")).code, 0);
  await assert.rejects(signIn(db, one));
  await signIn(db, two);
  const tokens = JSON.parse((await token(db, "list", "--json")).out);
  assert.deepEqual(tokens.map((t: { state: string }) => t.state), ["valid", "revoked"]);

  const granted = await token(db, "grant", "--user", "alice", "--agency", "097:fabs", "--admin");
  assert.equal(granted.out, "alice has now: administrator, 020:reader, 097:fabs.\n");
  const denied = await token(db, "deny", "--user", "alice", "--agency", "020:reader", "--admin");
  assert.equal(denied.out, "alice has now: 097:fabs.\n");
  assert.deepEqual((await signIn(db, two)).affiliations, [{ agencyCode: "097", permission: "fabs" }]);
  assert.match((await token(db, "users")).out, /^alice +enabled +no +097:fabs$/m);

  assert.equal((await token(db, "disable", "--user", "alice")).code, 0);
  await assert.rejects(signIn(db, two));
  const refused = await token(db, "create", "--user", "alice");
  assert.deepEqual([refused.code, refused.out], [1, ""]);
  assert.match(refused.err, /alice is disabled/);
  assert.equal((await token(db, "enable", "--user", "alice")).code, 0);
  await signIn(db, two);
});

Deno.test("somebody who signs in by OpenID Connect can be let in beforehand", async () => {
  await using db = await testDatabase();
  const name = "https://login.example/tenant#4711 x";
  assert.equal((await token(db, "grant", "--user", name, "--agency", "020")).code, 0);
  const [user] = await db.sql`SELECT * FROM sign_in_with_oidc('https://login.example/tenant', '4711 x')`;
  assert.deepEqual([user!.name, user!.affiliations], [name, [{ agencyCode: "020", permission: "reader" }]]);
});

Deno.test("what is wrong with a command line is said, with what it may be, and nothing is done", async (t) => {
  await using db = await testDatabase();
  const wrong: [string[], number, RegExp][] = [
    [[], 2, /^Usage: deno task token <command>/],
    [["make"], 2, /There is no command "make"/],
    [["toString"], 2, /There is no command "toString"/],
    [["create"], 2, /Name the user/],
    [["create", "--user", "a", "--agency", "20"], 2, /--agency is "20"; it must be an agency's code/],
    [["create", "--user", "a", "--agency", "020:owner"], 2, /reader, writer, submitter, editfabs, fabs/],
    [["create", "--user", "a", "--expires", "0"], 2, /--expires is "0"; it must be a number of days/],
    [["create", "--user", "a", "--expires", "1.5"], 2, /--expires is "1\.5"/],
    [["create", "--user", "a b"], 1, /"a b" cannot be a user's name/],
    [["create", "--user", "a", "--frob"], 2, /--frob/],
    [["create", "a"], 2, /argument 'a'/],
    [["revoke"], 2, /Name at least one token/],
    [["revoke", "detached_abc"], 2, /^That is a token itself, not its ID(?!.*detached_abc)/],
    [["revoke", "abc"], 2, /"abc" is no token's ID/],
    [["revoke", "4711"], 1, /There is no token 4711/],
    [["list", "--user", "nobody"], 1, /There is no user "nobody"/],
    [["grant", "--user", "nobody", "--agency", "020"], 1, /There is no user "nobody"/],
    [["grant", "--user", "nobody"], 2, /Say what to grant/],
    [["disable", "--user", "nobody"], 1, /There is no user "nobody"/],
  ];
  for (const [args, code, message] of wrong) {
    await t.step(args.join(" ") || "nothing", async () => {
      const done = await token(db, ...args);
      assert.deepEqual([done.code, done.out], [code, ""], done.err);
      assert.match(done.err, message);
      assert.doesNotMatch(done.err, /\n +at /, "no stack trace");
    });
  }
  const [rows] = await db.sql`SELECT count(*)::int FROM app_user`;
  assert.equal(rows!.count, 0);
});

Deno.test("a database that cannot be used is said in a sentence, without the password", async () => {
  await using db = await testDatabase();
  await using empty = await testDatabase({ template: "template0" });
  const away = await token("postgres://alice:hunter2@127.0.0.1:1/files", "list");
  assert.equal(away.code, 3);
  assert.match(away.err, /^The database cannot be reached: .*ECONNREFUSED[^\n]*\n$/);
  assert.doesNotMatch(away.err, /hunter2/);
  const unmigrated = await token(empty.url, "list");
  assert.deepEqual([unmigrated.code, unmigrated.out], [3, ""]);
  assert.match(unmigrated.err, /run deno task migrate/);
  const notAllowed = await token(urlAs(db.url, "detached_api"), "list");
  assert.deepEqual([notAllowed.code, notAllowed.out], [3, ""]);
  assert.match(notAllowed.err, /^This database user may not do that \(SECURITY\.md, "Database users"\): /);
});

Deno.test("the audit keeps what operators do to users and tokens, and by which database user; nothing where nothing changes", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const [whoever] = await db.sql`SELECT session_user`;
  const done = async (...args: string[]) => {
    const { code, err } = await token(db, ...args);
    assert.equal(code, 0, err);
    const rows = await db.sql`
      WITH gone AS (DELETE FROM audit_event RETURNING *)
      SELECT name, action, agency_code, detail - 'by' - 'expires_at' AS detail, detail->>'by' AS by, request_id
      FROM gone JOIN app_user USING (app_user_id) ORDER BY audit_event_id`;
    for (const { by, request_id } of rows) {
      // Whoever has logged in, whatever role it has taken on since.
      assert.equal(by, whoever!["session_user"]);
      assert.match(request_id, /^[0-9a-f-]{36}$/);
    }
    return rows.map(({ name, action, agency_code, detail }) => [name, action, agency_code, detail]);
  };
  const ofAgency = (
    action: string,
    agency: string,
    permission: string,
  ) => ["ann", action, agency, { permission }];
  const administrator = (action: string) => ["ann", action, null, { administrator: true }];
  assert.deepEqual(await done("create", "--user", "ann", "--agency", "020:writer", "--agency", "1601"), [
    ofAgency("granted", "020", "writer"),
    ofAgency("granted", "1601", "reader"),
    ["ann", "token_made", null, { token_id: 1 }],
  ]);
  assert.deepEqual(
    await done("grant", "--user", "ann", "--agency", "097", "--agency", "020:writer", "--admin"),
    [
      ofAgency("granted", "097", "reader"),
      administrator("granted"),
    ],
  );
  assert.deepEqual(await done("grant", "--user", "ann", "--admin"), []);
  assert.deepEqual(await done("deny", "--user", "ann", "--agency", "020:writer", "--admin"), [
    ofAgency("denied", "020", "writer"),
    administrator("denied"),
  ]);
  assert.deepEqual(await done("disable", "--user", "ann"), [["ann", "user_disabled", null, {}]]);
  assert.deepEqual(await done("disable", "--user", "ann"), []);
  assert.deepEqual(await done("enable", "--user", "ann"), [["ann", "user_enabled", null, {}]]);
  assert.deepEqual(await done("revoke", "1"), [["ann", "token_revoked", null, { token_id: 1 }]]);
  assert.deepEqual(await done("revoke", "1"), []);
});
