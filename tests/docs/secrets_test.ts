/**
 * Changing every secret as docs/operations.md, "Changing secrets", says, while requests and downloads go on.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { revokeToken } from "../../lib/auth/tokens.ts";
import { connect } from "../../lib/db.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";
import { type ApiProcess, startApi, startWorker } from "../helpers/process.ts";
import { until } from "../helpers/until.ts";
import { addUser } from "../helpers/users.ts";

const OLD = "the-old-secret-0123456789-abcdefgh";
const NEW = "the-new-secret-0123456789-abcdefgh";

Deno.test("the link secret, the database's user, the metrics' token and an API token are changed, and no request or link is refused", async () => {
  await using stack = new AsyncDisposableStack();
  const db = stack.use(await testDatabase());
  await addAgencies(db.sql);
  await addContracts(db.sql, 50);
  const storageDir = await Deno.makeTempDir({ prefix: "detached-secrets-" });
  stack.defer(() => Deno.remove(storageDir, { recursive: true }));
  const users = ["before", "after"].map((name) => `${db.name}_${name}`);
  for (const user of users) {
    await db.sql.unsafe(`CREATE ROLE ${user} LOGIN PASSWORD '${user}' IN ROLE detached_api`);
  }
  stack.defer(async () => {
    const admin = connect(Deno.env.get("TEST_DATABASE_URL")!, { max: 1, name: "test-admin" });
    for (const user of users) await admin.unsafe(`DROP ROLE IF EXISTS ${user}`);
    await admin.end();
  });
  const urlOf = (user: string) => Object.assign(new URL(db.url), { username: user, password: user }).href;
  const api = async (secrets: Record<string, string>, user: string, metricsToken: string) =>
    stack.use(
      await startApi({
        databaseUrl: db.url,
        storageDir,
        env: { ...secrets, DATABASE_URL: urlOf(user), METRICS_TOKEN: metricsToken },
      }),
    );
  const [before, after] = users as [string, string];
  const [oldScrape, newScrape] = ["scrape-me-before", "scrape-me-after-"];

  /** The APIs that the proxy in front of them sends requests to. */
  const live = await Promise.all([1, 2].map(() => api({ URL_SIGNING_SECRET: OLD }, before, oldScrape)));
  const worker = stack.use(await startWorker({ databaseUrl: db.url, storageDir }));
  let token = live[0]!.token;
  const ask = (of: ApiProcess, path: string, init: RequestInit = {}) =>
    fetch(of.url + path, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    });
  const { job_id: jobId } = await (await ask(live[0]!, "/v1/generate_detached_file/", {
    method: "POST",
    body: JSON.stringify(allContracts),
  })).json();
  const statusOf = async (of: ApiProcess) => {
    const response = await ask(of, `/v1/check_detached_generation_status/?job_id=${jobId}`);
    assert.equal(response.status, 200, await response.clone().text());
    return await response.json();
  };
  const { sha256 } = await until("the file is finished", async () => {
    const status = await statusOf(live[0]!);
    return status.status === "finished" && status;
  });
  await worker[Symbol.asyncDispose]();

  // Each link that was given, by whichever API, is followed by way of each API that is there then.
  const links = new Set<string>();
  let followed = 0;
  const follow = async (of: ApiProcess, link: string) => {
    const response = await fetch(of.url + link);
    const bytes = await response.bytes();
    assert.deepEqual([response.status, createHash("sha256").update(bytes).digest("hex")], [200, sha256]);
    followed++;
  };
  const round = async () => {
    for (const of of [...live]) {
      const { pathname, search } = new URL((await statusOf(of)).url);
      links.add(pathname + search);
    }
    for (const of of [...live]) for (const link of [...links].slice(-8)) await follow(of, link);
  };
  /** Requests go on while an API is replaced: its successor is there before it is stopped. */
  const replace = async (at: number, secrets: Record<string, string>, user: string, metricsToken: string) => {
    const over = new AbortController();
    const requests = (async () => {
      do await round(); while (!over.signal.aborted);
    })();
    const successor = await api(secrets, user, metricsToken);
    const [predecessor] = live.splice(at, 1, successor);
    over.abort();
    await requests;
    predecessor!.kill("SIGTERM");
    assert.equal(await predecessor!.ended, 0);
    await round();
  };

  for (const at of [0, 1]) {
    await replace(at, { URL_SIGNING_SECRET: OLD, URL_SIGNING_SECRET_PREVIOUS: NEW }, after, oldScrape);
  }
  await db.sql.unsafe(`ALTER ROLE ${before} NOLOGIN`);
  await until(
    "nobody is connected as the user before",
    async () => (await db.sql`SELECT FROM pg_stat_activity WHERE usename = ${before}`).count === 0,
  );

  const { token: made } = await addUser(db.sql, "alice", { agencies: ["020:reader"] });
  const oldToken = token;
  token = made;
  await round();
  const [{ id }] = await db.sql<[{ id: string }]>`
    SELECT api_token_id AS id FROM api_token WHERE last_characters = ${oldToken.slice(-4)}`;
  await revokeToken(db.sql, id);
  await round();

  for (const at of [0, 1]) {
    await replace(at, { URL_SIGNING_SECRET: NEW, URL_SIGNING_SECRET_PREVIOUS: OLD }, after, newScrape);
  }
  const scrape = (of: ApiProcess, token: string) =>
    fetch(`${of.url}/metrics`, { headers: { Authorization: `Bearer ${token}` } }).then(async (response) => {
      await response.body?.cancel();
      return response.status;
    });
  assert.deepEqual(await Promise.all([oldScrape, newScrape].map((token) => scrape(live[0]!, token))), [
    401,
    200,
  ]);
  assert.ok(followed > 20 && links.size > 4, "links were followed all the while");
});
