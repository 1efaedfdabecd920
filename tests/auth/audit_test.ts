import assert from "node:assert/strict";
import { type AuditEvent, recordAudit } from "../../lib/auth/audit.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { addUser } from "../helpers/users.ts";

const kept = (db: TestDatabase) =>
  db.sql`
    SELECT app_user_id AS user, action, job_id AS job, agency_code AS agency, request_id AS request, detail
    FROM audit_event WHERE action NOT IN ('token_made', 'granted') ORDER BY audit_event_id`;

Deno.test("what somebody did is kept, with everything told of it", async () => {
  await using db = await testDatabase();
  const { userId } = await addUser(db.sql, "alice");
  await recordAudit(db.sql, {
    action: "request",
    userId,
    jobId: "7",
    agencyCode: "020",
    requestId: "r1",
    detail: { file_type: "D1", reused: false, text: `'; DROP TABLE audit_event; --\n` },
  });
  await recordAudit(db.sql, { action: "list", userId, requestId: "r2" });
  await recordAudit(db.sql, { action: "download", requestId: "r3", detail: { key: "1/1/a.csv" } });
  assert.deepEqual([...await kept(db)], [
    {
      user: userId,
      action: "request",
      job: "7",
      agency: "020",
      request: "r1",
      detail: { file_type: "D1", reused: false, text: `'; DROP TABLE audit_event; --\n` },
    },
    { user: userId, action: "list", job: null, agency: null, request: "r2", detail: {} },
    { user: null, action: "download", job: null, agency: null, request: "r3", detail: { key: "1/1/a.csv" } },
  ]);
});

Deno.test("of one user's looks at a job the first is kept, of other deeds every one", async () => {
  await using db = await testDatabase();
  const alice = (await addUser(db.sql, "alice")).userId;
  const bob = (await addUser(db.sql, "bob")).userId;
  const deeds: AuditEvent["action"][] = ["status", "status", "link", "link", "status"];
  for (const userId of [alice, bob]) {
    for (const jobId of ["1", "2"]) {
      for (const action of deeds) await recordAudit(db.sql, { action, userId, jobId, requestId: "r" });
    }
  }
  const seen = (await kept(db)).map(({ user, action, job }) => `${user} ${action} ${job}`);
  assert.deepEqual(
    seen,
    [alice, bob].flatMap((user) =>
      ["1", "2"].flatMap((job) => [`${user} status ${job}`, `${user} link ${job}`, `${user} link ${job}`])
    ),
  );
});

Deno.test("what is undone was not done", async () => {
  await using db = await testDatabase();
  const { userId } = await addUser(db.sql, "alice");
  await assert.rejects(db.sql.begin(async (tx) => {
    await recordAudit(tx, { action: "cancel", userId, jobId: "7", requestId: "r" });
    throw new Error("undone");
  }));
  assert.equal((await kept(db)).length, 0);
});

const impossible: [string, Partial<Record<keyof AuditEvent, unknown>>, string][] = [
  ["an unknown action", { action: "read" }, "23514"],
  ["nobody", { userId: undefined }, "23514"],
  ["a user who does not exist", { userId: "4711" }, "23503"],
  ["no job", { jobId: undefined }, "23514"],
  ["an agency that cannot be", { agencyCode: "Treasury" }, "23514"],
  ["no request ID", { requestId: "" }, "23514"],
  ["too much detail", { detail: { text: crypto.getRandomValues(new Uint8Array(3000)).toHex() } }, "23514"],
];
for (const [what, event, code] of impossible) {
  Deno.test(`an event with ${what} is refused by the database`, async () => {
    await using db = await testDatabase();
    const { userId } = await addUser(db.sql, "alice");
    const good: AuditEvent = { action: "link", userId, jobId: "7", requestId: "r" };
    await recordAudit(db.sql, good);
    await assert.rejects(recordAudit(db.sql, { ...good, ...event } as AuditEvent), { code });
  });
}
