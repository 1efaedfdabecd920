/**
 * SF-133 rows and the CARS accounts they belong to: which account that is, and what follows when it is
 * renamed.
 */
import assert from "node:assert/strict";
import { takeTurn } from "../../lib/load/merge/data_version.ts";
import { followAccounts } from "../../lib/sources/follow_accounts.ts";
import { openSession } from "../../lib/db.ts";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { loadText, rowsOf } from "../helpers/sources.ts";
import { until } from "../helpers/until.ts";

const CARS =
  `ACCT_NUM,ATA,AID,BPOA,EPOA,A,MAIN,SUB,GWA_TAS_NAME,Agency AID,Agency Name,ADMIN_ORG,Admin Org Name,FR Entity Type,FR Entity Description,financial_indicator_type2,FIN_IND_TYP2 description,Function Code,Function Description,Sub Function Code,Sub Function Description,DT_TM_ESTAB,DT_END`;
const SF133 =
  `ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num,Amount Summed`;

/** An account of CARS: its number, AID and main account, and from when to when it is. */
type Account = [number: number, aid: string, main: string, start?: string, end?: string];

const loadCars = (db: TestDatabase, accounts: Account[]) =>
  loadText(
    db,
    "tas",
    [
      CARS,
      ...accounts.map(([number, aid, main, start = "10/1/2009", end = ""]) =>
        `${number},,${aid},,,X,${main},0,Title,,,,,,,,,,,,,${start},${end}`
      ),
    ].join("\n"),
  );

const loadReport = (db: TestDatabase, period: number, accounts: [aid: string, main: string][]) =>
  loadText(
    db,
    "sf133",
    [SF133, ...accounts.map(([aid, main]) => `,${aid},X,,,${main},0,2021,${period},1000,1`)].join("\n"),
  );

/** Each row's period, account and link. */
const links = async (db: TestDatabase) =>
  (await rowsOf(
    db,
    "SELECT concat_ws(' ', period, display_tas, coalesce(account_num::text, '-')) AS row FROM sf_133 ORDER BY sf133_id",
  )).map(({ row }) => row);

Deno.test("amounts of a renamed account are under its new name as soon as the list is loaded, in every period", async () => {
  await using db = await testDatabase();
  await loadCars(db, [[1, "020", "0100"], [2, "020", "0200"]]);
  await loadReport(db, 6, [["020", "0100"], ["020", "0200"]]);
  await loadReport(db, 7, [["020", "0100"]]);
  await loadCars(db, [[1, "070", "0101"]]);
  assert.deepEqual(await links(db), ["6 070-X-0101-000 1", "6 020-X-0200-000 2", "7 070-X-0101-000 1"]);
});

Deno.test("two accounts that exchange their names exchange their amounts, and one renamed back has them back", async () => {
  await using db = await testDatabase();
  await loadCars(db, [[1, "020", "0100"], [2, "070", "0200"]]);
  await loadReport(db, 6, [["020", "0100"], ["070", "0200"]]);
  await loadCars(db, [[1, "070", "0200"], [2, "020", "0100"]]);
  assert.deepEqual(await links(db), ["6 070-X-0200-000 1", "6 020-X-0100-000 2"]);
  await loadCars(db, [[1, "020", "0100"], [2, "070", "0200"]]);
  assert.deepEqual(await links(db), ["6 020-X-0100-000 1", "6 070-X-0200-000 2"]);
});

Deno.test("amounts under a name that no account has are no account's until one has it", async () => {
  await using db = await testDatabase();
  assert.deepEqual((await loadReport(db, 6, [["020", "0100"]])).notes, [
    "1 row is of an account that the list of Treasury accounts does not have in that month (020-X-0100-000: 1), and in no " +
    "file as long as it does not: load the newest list (tas).",
  ]);
  assert.deepEqual(await links(db), ["6 020-X-0100-000 -"]);
  await loadCars(db, [[1, "020", "0100"]]);
  assert.deepEqual((await loadReport(db, 5, [["020", "0100"]])).notes, []);
  await db.sql`DELETE FROM sf_133 WHERE period = 5`;
  assert.deepEqual(await links(db), ["6 020-X-0100-000 1"]);
  await loadCars(db, [[1, "020", "0101"]]);
  await loadReport(db, 7, [["020", "0100"]]);
  assert.deepEqual(await links(db), ["6 020-X-0101-000 1", "7 020-X-0100-000 -"]);
  await loadCars(db, [[1, "020", "0100"]]);
  assert.deepEqual(await links(db), ["6 020-X-0100-000 1", "7 020-X-0100-000 1"]);
});

Deno.test("of two accounts with one name the amounts are the lower number's, and follow that one alone", async () => {
  await using db = await testDatabase();
  await loadCars(db, [[5, "020", "0100"], [3, "020", "0100"], [1, "020", "0100", "10/1/2000", "9/30/2010"]]);
  await loadReport(db, 6, [["020", "0100"]]);
  await loadCars(db, [[1, "020", "0101", "10/1/2000", "9/30/2010"], [5, "020", "0105"]]);
  assert.deepEqual(await links(db), ["6 020-X-0100-000 3"]);
  await loadCars(db, [[3, "020", "0103"]]);
  assert.deepEqual(await links(db), ["6 020-X-0103-000 3"]);
});

Deno.test("an account that is the same but for how it is read gives nothing to take over", async () => {
  await using db = await testDatabase();
  await loadCars(db, [[1, "020", "0100"]]);
  await loadReport(db, 6, [["020", "0100"]]);
  await db.sql`UPDATE tas_lookup SET display_tas = 'another'`;
  await loadReport(db, 7, [["020", "0100"]]);
  assert.deepEqual(await links(db), ["6 020-X-0100-000 1", "7 020-X-0100-000 1"]);
});

Deno.test("no account is renamed between the reading of an SF-133 file and its rows: loads of the two take turns", async () => {
  await using db = await testDatabase();
  await loadCars(db, [[1, "020", "0100"]]);
  const list = await openSession(db.url, "test");
  await list.query("BEGIN");
  await takeTurn(list, ["tas_lookup"]);
  const load = loadReport(db, 6, [["020", "0100"]]);
  await until("the load waits for its turn", async () => {
    const [waits] = await db.sql`
      SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted) AS found`;
    return waits!["found"];
  });
  await list.query("UPDATE tas_lookup SET tas = 'another'; COMMIT");
  await list.end();
  await load;
  assert.deepEqual(await links(db), ["6 020-X-0100-000 -"]);
});

/**
 * Whether two spans of days have one in common, ends not in; a span of no length is a moment, a reversed one
 * is turned round.
 */
function overlap(a: [number, number], b: [number, number]): boolean {
  const [[from, to], [start, end]] = [a.toSorted((x, y) => x - y), b.toSorted((x, y) => x - y)] as [
    [number, number],
    [number, number],
  ];
  if (from === start) return true;
  return from < start ? start < to : from < end;
}

Deno.test("an account is linked where it was valid in the month: as its days, counted by hand, say", async () => {
  await using db = await testDatabase();
  const random = new Random(Number(Deno.env.get("TEST_SEED") ?? 133));
  const day = (period: number, shift: number) => Date.UTC(2020, 9 + period - 1, 1 + shift) / 86_400_000;
  const iso = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10);
  const aDay = () => day(random.whole(1, 13), random.pick([-1, 0, 0, 1, 14, 27]));
  const names = Array.from({ length: 150 }, (_, i) => `t${i}`);
  const accounts = Array.from({ length: 400 }, (_, i) => ({
    account_num: i,
    tas: random.pick(names),
    start: aDay(),
    end: random.chance(20) ? null : aDay(),
  }));
  const parts = { agency_identifier: "020", main_account_code: "0100", sub_account_code: "000" };
  const reports = names.flatMap((tas) => Array.from({ length: 12 }, (_, i) => ({ tas, period: i + 1 })));
  await db.sql.begin(async (tx) => {
    await insertRows(
      tx,
      "tas_lookup",
      accounts.map(({ start, end, ...account }) => ({
        ...account,
        internal_start_date: iso(start),
        internal_end_date: end === null ? null : iso(end),
      })),
    );
    await insertRows(
      tx,
      "sf_133",
      reports.map((report) => ({ ...parts, ...report, fiscal_year: 2021, line: 1000, amount: "1" })),
    );
  });
  const session = await openSession(db.url, "test");
  await followAccounts(session);
  await session.end();
  const found = await rowsOf(db, "SELECT tas, period, account_num FROM sf_133 ORDER BY sf133_id");
  const expected = reports.map(({ tas, period }) => ({
    ...{ tas, period },
    account_num: accounts.find((account) =>
      account.tas === tas &&
      overlap([day(period, 0), day(period + 1, 0)], [account.start, account.end ?? day(period + 1, 1)])
    )?.account_num ?? null,
  }));
  assert.deepEqual(found, expected);
  assert.ok(expected.some(({ account_num }) => account_num === null), "some are not linked");
});
