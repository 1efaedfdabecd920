/**
 * What a database or its user has set for sessions (ALTER DATABASE, ALTER ROLE) changes nothing, by whichever
 * way one connects.
 */
import assert from "node:assert/strict";
import { connect, connectForQueue, openSession } from "../../lib/db.ts";
import { SESSION_SETTINGS } from "../../lib/db/session_settings.ts";
import { testDatabase } from "../helpers/database.ts";

const OTHERS: Record<string, readonly string[]> = {
  search_path: ["app, public", "nowhere"],
  client_encoding: ["LATIN1", "SQL_ASCII"],
  DateStyle: ["SQL, DMY", "German", "SQL, MDY", "Postgres, DMY"],
  IntervalStyle: ["iso_8601"],
  TimeZone: ["Pacific/Apia"],
  extra_float_digits: ["-15"],
  bytea_output: ["escape"],
  xmlbinary: ["hex"],
  xmloption: ["document"],
  quote_all_identifiers: ["on"],
  standard_conforming_strings: ["off"],
  backslash_quote: ["on"],
  transform_null_equals: ["on"],
  array_nulls: ["off"],
  default_transaction_isolation: ["serializable"],
  default_transaction_deferrable: ["on"],
  statement_timeout: ["1"],
  lock_timeout: ["1"],
  idle_in_transaction_session_timeout: ["1"],
  idle_session_timeout: ["1"],
  row_security: ["off"],
};
/** What only newer servers know, and is taken back once the connection is open. */
const OF_NEWER_SERVERS: Record<string, readonly string[]> = { transaction_timeout: ["10s"] };

const ASKED =
  `SELECT '2016-12-05'::date::text || ' ' || '2016-12-05 00:00+00'::timestamptz::text AS day, E'\\\\x00ff'::bytea AS bytes,
  '{NULL}'::text[] AS items, 0.1::float8 + 0.2 AS number, 'a\\\\b' AS backslash, '1 day 02:00'::interval::text AS span,
  pg_sleep(0.01)::text AS slept, chr(8364) AS euro, current_setting('transaction_read_only') AS reads,
  current_setting('transaction_isolation') AS isolation, current_setting('search_path') AS path, (NULL = NULL) IS NULL AS unknown, current_setting('transaction_timeout', true) AS ends`;

type Ask = (url: string) => Promise<unknown>;
const WAYS: Record<string, Ask> = {
  async pool(url) {
    const sql = connect(url, { max: 1, name: "test" });
    return await sql.unsafe(ASKED).then(([row]) => ({ ...row })).finally(() => sql.end());
  },
  async transaction(url) {
    const sql = connect(url, { max: 1, name: "test" });
    return await sql.begin(async (tx) => ({ ...(await tx.unsafe(ASKED))[0] })).finally(() => sql.end());
  },
  async pipelined(url) {
    const sql = connect(url, { max: 1, name: "test", pipelined: true });
    return await sql.unsafe(ASKED).then(([row]) => ({ ...row })).finally(() => sql.end());
  },
  async session(url) {
    const session = await openSession(url, "test");
    return await session.query(ASKED).then(({ rows }) => rows[0]).finally(() => session.end());
  },
  async queue(url) {
    const pool = connectForQueue(url, { max: 1, name: "test" });
    return await pool.query(ASKED).then(({ rows }) => rows[0]).finally(() => pool.end());
  },
};

Deno.test("no setting of the database or of its user changes what is read or may be written", async (t) => {
  await using db = await testDatabase();
  const role = `settings_${crypto.randomUUID().slice(0, 8)}`;
  await db.sql.unsafe(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${role}'`);
  const url = Object.assign(new URL(db.url), { username: role, password: role }).href;
  try {
    const usual: Record<string, unknown> = {};
    for (const [way, ask] of Object.entries(WAYS)) usual[way] = await ask(url);
    assert.deepEqual(usual["pipelined"], usual["pool"], "both drivers read values alike");
    for (const name of Object.keys(OTHERS)) assert.ok(name in SESSION_SETTINGS, `${name} is set`);
    const known = await db.sql`SELECT FROM pg_settings WHERE name = 'transaction_timeout'`;
    for (const [name, values] of Object.entries({ ...OTHERS, ...known.length > 0 && OF_NEWER_SERVERS })) {
      for (const value of values) {
        for (const whose of [`DATABASE ${db.name}`, `ROLE ${role}`]) {
          await t.step(`${name} = ${value} of ${whose.split(" ")[0]!.toLowerCase()}`, async () => {
            await db.sql.unsafe(
              `ALTER ${whose} SET ${name} = ${name === "search_path" ? value : `'${value}'`}`,
            );
            for (const [way, ask] of Object.entries(WAYS)) assert.deepEqual(await ask(url), usual[way], way);
            await db.sql.unsafe(`ALTER ${whose} RESET ALL`);
          });
        }
      }
    }
  } finally {
    await db.sql.unsafe(`DROP ROLE ${role}`);
  }
});
