/** Who may not see a job any more gets nothing of it, however long ago the request was let in. */
import assert from "node:assert/strict";
import { createAuthenticator } from "../../lib/auth/authenticate.ts";
import { revokeToken } from "../../lib/auth/tokens.ts";
import { deny, setAdministrator, setDisabled } from "../../lib/auth/users.ts";
import { publish } from "../../lib/generations/publish.ts";
import { testApp } from "../helpers/app.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { cRecord, uploadForm, uploadText } from "../helpers/file_c.ts";
import { addAgencies, askAndClaim, written } from "../helpers/generations.ts";
import { until } from "../helpers/until.ts";
import { addUser } from "../helpers/users.ts";

interface Waiting {
  userId: string;
  tokenId: string;
}

const losses: [
  what: string,
  admin: boolean,
  lose: (db: TestDatabase, user: Waiting) => Promise<unknown>,
  status: number,
][] = [
  [
    "the agency",
    false,
    ({ sql }, { userId }) =>
      sql.begin((tx) => deny(tx, userId, [{ agencyCode: "020", permission: "reader" }])),
    403,
  ],
  [
    "being an administrator",
    true,
    ({ sql }, { userId }) => sql.begin((tx) => setAdministrator(tx, userId, false)),
    403,
  ],
  ["the token", false, ({ sql }, { tokenId }) => revokeToken(sql, tokenId), 401],
  ["the account", false, ({ sql }, { userId }) => setDisabled(sql, userId, true), 401],
];

for (const [what, admin, lose, status] of losses) {
  const agencies = admin ? [] : ["020"];

  Deno.test(`whoever loses ${what} while a response is held gets ${status} and no link, and the audit has it`, async () => {
    await using db = await testDatabase();
    await using app = await testApp(db, { authenticate: createAuthenticator({ sql: db.sql }) });
    await addAgencies(db.sql);
    const { jobId, lease } = await askAndClaim(db.sql);
    const user = await addUser(db.sql, "ann", { admin, agencies });
    const waiting = app.send("GET", `/v1/check_detached_generation_status/?job_id=${jobId}`, {
      as: user.token,
      headers: { Prefer: "wait=40" },
    });
    await until("it waits", () => app.changes.watching === 1);
    await lose(db, user);
    await publish(db.sql, lease, written, null);
    const { status: given, text } = await waiting;
    assert.equal(given, status);
    assert.doesNotMatch(text, /url|signature|sha256/);
    const rows = await db.sql`
      SELECT action, job_id::integer, agency_code FROM audit_event
      WHERE action IN ('link', 'refused', 'sign_in_refused')`;
    assert.deepEqual(
      rows.map((row) => Object.values(row)),
      [status === 403 ? ["refused", Number(jobId), "020"] : ["sign_in_refused", null, null]],
    );
  });

  Deno.test(`whoever loses ${what} while events are sent gets no further one`, async () => {
    await using db = await testDatabase();
    await using app = await testApp(db, { authenticate: createAuthenticator({ sql: db.sql }) });
    await addAgencies(db.sql);
    const { jobId, lease } = await askAndClaim(db.sql);
    const user = await addUser(db.sql, "ann", { admin, agencies });
    const following = app.send("GET", `/v1/generations/${jobId}/events`, { as: user.token });
    await until("it follows", () => app.changes.watching === 1);
    await lose(db, user);
    await publish(db.sql, lease, written, null);
    const { status: given, text } = await following;
    assert.equal(given, 200);
    // None, where it was lost before the first.
    assert.ok((text.match(/^event: status$/gm) ?? []).length <= 1, text);
    assert.doesNotMatch(text, /signature|"status":"finished"/);
    const [refused] = await db
      .sql`SELECT job_id::integer, agency_code FROM audit_event WHERE action = 'refused'`;
    assert.deepEqual(refused && Object.values(refused), status === 403 ? [Number(jobId), "020"] : undefined);
    assert.equal((await db.sql`SELECT FROM audit_event WHERE action = 'link'`).count, 0);
  });

  Deno.test(`whoever loses ${what} while a file is sent to be reconciled gets ${status} and no job, and nothing is left of it`, async () => {
    await using db = await testDatabase();
    await using app = await testApp(db, { authenticate: createAuthenticator({ sql: db.sql }) });
    await addAgencies(db.sql);
    const user = await addUser(db.sql, "ann", { admin, agencies });
    const form = new Response(uploadForm(uploadText("C-DIFF", [cRecord()])));
    const contentType = form.headers.get("Content-Type")!;
    const bytes = await form.bytes();
    const lost = Promise.withResolvers<void>();
    const parts = [bytes.slice(0, -100), bytes.slice(-100)];
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (parts.length === 1) await lost.promise;
        controller.enqueue(parts.shift()!);
        if (parts.length === 0) controller.close();
      },
    });
    const sending = app.app.request("/v1/reconciliations/", {
      method: "POST",
      headers: { Authorization: `Bearer ${user.token}`, "Content-Type": contentType },
      body,
    });
    await until("it is received", async () => (await db.sql`SELECT FROM unpublished_object`).count === 1);
    await lose(db, user);
    lost.resolve();
    const response = await sending;
    assert.equal(response.status, status, await response.text());
    const [left] = await db.sql`
      SELECT (SELECT count(*) FROM generation_job) AS jobs, (SELECT count(*) FROM unpublished_object) AS objects,
        (SELECT count(*) FROM audit_event WHERE action = ${
      status === 403 ? "refused" : "sign_in_refused"
    }) AS refusals`;
    assert.deepEqual(Object.values(left!), ["0", "0", "1"]);
  });
}

Deno.test("whoever has asked for a file sees it still, though the agency was lost meanwhile: a job is its owner's", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db, { authenticate: createAuthenticator({ sql: db.sql }) });
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  const user = await addUser(db.sql, "ann", { agencies: ["020"] });
  await db.sql`UPDATE generation_job SET requested_by = 'ann'`;
  const waiting = app.send("GET", `/v1/check_detached_generation_status/?job_id=${jobId}`, {
    as: user.token,
    headers: { Prefer: "wait=40" },
  });
  await until("it waits", () => app.changes.watching === 1);
  await db.sql.begin((tx) => deny(tx, user.userId, [{ agencyCode: "020", permission: "reader" }]));
  await publish(db.sql, lease, written, null);
  assert.equal((await waiting).json.status, "finished");
});
