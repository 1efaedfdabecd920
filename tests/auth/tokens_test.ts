import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createAuthenticator } from "../../lib/auth/authenticate.ts";
import { listTokens, revokeToken } from "../../lib/auth/tokens.ts";
import { deny, grant, setAdministrator, setDisabled } from "../../lib/auth/users.ts";
import { connect } from "../../lib/db.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { addUser } from "../helpers/users.ts";

const signIn = (db: TestDatabase, token: string) => createAuthenticator({ sql: db.sql })(token);

const refused = {
  code: "not_signed_in",
  message: `Sign in: send a valid API token as "Authorization: Bearer <token>" or "X-Session-Id: <token>".`,
};

Deno.test("a token signs its user in, with all affiliations", async () => {
  await using db = await testDatabase();
  const { token, userId } = await addUser(db.sql, "alice", {
    agencies: ["1601:submitter", "020:reader", "020:fabs"],
  });
  assert.deepEqual(await signIn(db, token), {
    userId,
    name: "alice",
    isAdministrator: false,
    affiliations: [
      { agencyCode: "020", permission: "fabs" },
      { agencyCode: "020", permission: "reader" },
      { agencyCode: "1601", permission: "submitter" },
    ],
  });
});

Deno.test("a token has a prefix to know it by and 256 random bits, and no two are the same", async () => {
  await using db = await testDatabase();
  const tokens = [];
  for (let n = 0; n < 50; n++) tokens.push((await addUser(db.sql, "alice")).token);
  for (const token of tokens) assert.match(token, /^detached_[0-9a-f]{64}$/);
  assert.equal(new Set(tokens).size, 50);
});

Deno.test("of a token nothing but its hash and its last four characters is stored", async () => {
  await using db = await testDatabase();
  const { token } = await addUser(db.sql, "alice");
  const secret = token.slice("detached_".length);
  const tables = await db.sql<{ name: string }[]>`
    SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
    WHERE table_schema IN ('public', 'graphile_worker') AND table_type = 'BASE TABLE'`;
  for (const { name } of tables) {
    const rows = await db.sql.unsafe(`SELECT t::text AS row FROM ${name} AS t`);
    for (const { row } of rows) assert.ok(!row.includes(secret.slice(0, 32)), name);
  }
  const [stored] = await db.sql`SELECT token_sha256, last_characters FROM api_token`;
  assert.deepEqual(stored!.token_sha256, createHash("sha256").update(token).digest());
  assert.equal(stored!.last_characters, token.slice(-4));
});

const ends: [string, (db: TestDatabase, of: { tokenId: string; userId: string }) => Promise<unknown>][] = [
  ["revoked", (db, { tokenId }) => revokeToken(db.sql, tokenId)],
  [
    "expired",
    // Rows are aged; nothing waits.
    (db) => db.sql`UPDATE api_token SET created_at = created_at - interval '1 day', expires_at = now()`,
  ],
  ["its user's who is disabled", (db, { userId }) => setDisabled(db.sql, userId, true)],
];
for (const [what, end] of ends) {
  Deno.test(`a token stops working at once when it is ${what}, also in a process that knows it`, async () => {
    await using db = await testDatabase();
    const made = await addUser(db.sql, "alice", { expiresInDays: 1 });
    const authenticate = createAuthenticator({ sql: db.sql });
    for (let n = 0; n < 20; n++) await authenticate(made.token);
    await end(db, made);
    for (let n = 0; n < 20; n++) await assert.rejects(authenticate(made.token), refused);
  });
}

Deno.test("an enabled user signs in again, with the same token", async () => {
  await using db = await testDatabase();
  const { token, userId } = await addUser(db.sql, "alice");
  await setDisabled(db.sql, userId, true);
  await setDisabled(db.sql, userId, false);
  assert.equal((await signIn(db, token)).userId, userId);
});

Deno.test("what a user may do changes with the next request", async () => {
  await using db = await testDatabase();
  const { token, userId } = await addUser(db.sql, "alice");
  const reader = { agencyCode: "020", permission: "reader" } as const;
  await db.sql.begin((tx) => grant(tx, userId, [reader, reader]));
  assert.deepEqual((await signIn(db, token)).affiliations, [reader]);
  await db.sql.begin((tx) => deny(tx, userId, [reader]));
  assert.deepEqual((await signIn(db, token)).affiliations, []);
  await db.sql.begin((tx) => setAdministrator(tx, userId, true));
  assert.equal((await signIn(db, token)).isAdministrator, true);
  await db.sql.begin((tx) => setAdministrator(tx, userId, false));
  assert.equal((await signIn(db, token)).isAdministrator, false);
});

Deno.test("whatever is wrong with a token, the answer is the same", async (t) => {
  await using db = await testDatabase();
  const { token } = await addUser(db.sql, "alice");
  const hash = createHash("sha256").update(token).digest("hex");
  const changed = token.slice(0, -1) + (token.endsWith("0") ? "1" : "0");
  const bad: Record<string, string> = {
    "one digit differs": changed,
    "a digit is missing": token.slice(0, -1),
    "a digit is too many": `${token}0`,
    "another case": token.toUpperCase(),
    "without its prefix": token.slice("detached_".length),
    "its hash": hash,
    "its prefix alone": "detached_",
    "a user's name": "alice",
    "like a pattern": "detached_.*",
    "very long": "a".repeat(100_000),
    "like a JWT": "a.b.c",
  };
  for (const [what, wrong] of Object.entries(bad)) {
    await t.step(what, () => assert.rejects(signIn(db, wrong), refused));
  }
});

Deno.test("signing in is one round trip", async () => {
  await using db = await testDatabase();
  const { token } = await addUser(db.sql, "alice", { agencies: ["020"] });
  let queries = 0;
  const counted = new Proxy(db.sql, {
    apply(sql, self, args) {
      queries += 1;
      return Reflect.apply(sql, self, args);
    },
  });
  const authenticate = createAuthenticator({ sql: counted });
  for (let n = 0; n < 10; n++) await authenticate(token);
  assert.equal(queries, 10);
});

Deno.test("the last use is kept, to the minute", async () => {
  await using db = await testDatabase();
  const { token } = await addUser(db.sql, "alice");
  const lastUse = async () => (await listTokens(db.sql))[0]!.lastUsedAt;
  assert.equal(await lastUse(), null);
  await assert.rejects(signIn(db, `${token}0`));
  assert.equal(await lastUse(), null);
  await signIn(db, token);
  const first = await lastUse();
  assert.ok(first);
  await signIn(db, token);
  assert.deepEqual(await lastUse(), first);
  await db.sql`UPDATE api_token SET created_at = created_at - interval '1 hour',
    last_used_at = last_used_at - interval '61 seconds'`;
  await signIn(db, token);
  assert.ok(await lastUse() as Date > first);
});

Deno.test("nobody waits for the last use to be written", async () => {
  await using db = await testDatabase();
  const { token } = await addUser(db.sql, "alice");
  const url = new URL(db.url);
  url.search = "?options=-c%20lock_timeout%3D5s";
  const sql = connect(url.href, { max: 1, name: "test" });
  try {
    await db.sql.begin(async (tx) => {
      await tx`SELECT FROM api_token FOR UPDATE`;
      await createAuthenticator({ sql })(token);
    });
  } finally {
    await sql.end();
  }
  assert.equal((await listTokens(db.sql))[0]!.lastUsedAt, null);
});

Deno.test("tokens are listed with their state, newest first", async () => {
  await using db = await testDatabase();
  const revoked = await addUser(db.sql, "alice");
  await addUser(db.sql, "alice", { expiresInDays: 1 });
  await db.sql`UPDATE api_token SET created_at = created_at - interval '2 days', expires_at = now()
    WHERE expires_at IS NOT NULL`;
  await addUser(db.sql, "alice");
  const bob = await addUser(db.sql, "bob");
  await revokeToken(db.sql, revoked.tokenId);
  await setDisabled(db.sql, bob.userId, true);
  const seen = (await listTokens(db.sql)).map(({ userName, state }) => [userName, state]);
  assert.deepEqual(seen, [["bob", "user disabled"], ["alice", "valid"], ["alice", "expired"], [
    "alice",
    "revoked",
  ]]);
  assert.equal((await listTokens(db.sql, "alice")).length, 3);
  const listed = JSON.stringify(await listTokens(db.sql));
  assert.ok(!listed.includes(bob.token.slice(9, 60)), "a list shows no token");
});

Deno.test("revoking a token again changes nothing, and one that never was is told", async () => {
  await using db = await testDatabase();
  const { tokenId } = await addUser(db.sql, "alice");
  assert.equal(await revokeToken(db.sql, tokenId), true);
  const [first] = await listTokens(db.sql);
  assert.equal(await revokeToken(db.sql, tokenId), true);
  const [second] = await listTokens(db.sql);
  assert.deepEqual(second, first);
  assert.equal(await revokeToken(db.sql, "4711"), false);
});
