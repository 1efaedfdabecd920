import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { archiveCsv, load, loadText, refusal, temporaryFile } from "../helpers/sources.ts";
import { until } from "../helpers/until.ts";
import { within } from "../helpers/within.ts";

const csvOf = (keys: string[], cells: Record<string, string> = {}) =>
  archiveCsv("contracts", keys.map((key) => ({ contract_transaction_unique_key: key, ...cells })));

async function keys(database: TestDatabase): Promise<string> {
  const [row] = await database
    .sql`SELECT string_agg(detached_award_proc_unique || ':' || coalesce(piid, ''), ' '
    ORDER BY detached_award_proc_unique) AS keys FROM detached_award_procurement`;
  return row?.keys ?? "";
}

async function source(database: TestDatabase, table = "detached_award_procurement") {
  const [row] = await database
    .sql`SELECT version::int, is_sample FROM data_source WHERE source_table = ${table}`;
  return row ? { ...row } : null;
}

/** Whether a session of the loader waits for a lock. */
const waits = (database: TestDatabase, kind: string, sessions = 1) => async () => {
  const [row] = await database.sql`SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'load %' AND wait_event_type = 'Lock'
      AND wait_event = ${kind}`;
  return row?.n === sessions;
};

/** Starts `deno task load` as a process of its own. */
function loader(database: TestDatabase, args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "run",
        "--no-prompt",
        "--allow-net",
        "--allow-env=DATABASE_URL,USER,INIT_CWD",
        "--ignore-env",
        "--allow-read",
      ],
      ...["--allow-sys=homedir,uid,osRelease", "lib/commands/load.ts", ...args],
    ],
    env: { DATABASE_URL: database.url },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function nothingIsLeft(database: TestDatabase): Promise<void> {
  await until("no session, table or lock of the killed load is left", async () => {
    const [row] = await database.sql`
      SELECT (SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'load %')
        + (SELECT count(*) FROM pg_class WHERE relname LIKE 'load\_%')
        + (SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database
          WHERE locktype = 'advisory' AND datname = current_database()) AS left`;
    return Number(row!["left"]) === 0;
  });
}

Deno.test("a load that is killed while it reads leaves nothing", async () => {
  await using database = await testDatabase();
  await loadText(database, "archive-contracts", csvOf(["a"]));
  const child = loader(database, ["archive-contracts", "-"]);
  const input = child.stdin.getWriter();
  const rows = Array.from({ length: 20_000 }, (_, n) => `new${n}`);
  await input.write(new TextEncoder().encode(csvOf(rows)));
  await until("the rows are on their way", async () => {
    const [row] = await database.sql`SELECT count(*)::int AS n FROM pg_stat_progress_copy
      WHERE datname = current_database() AND tuples_processed > 1000`;
    return row?.n === 1;
  });
  child.kill("SIGKILL");
  await child.status;
  await input.abort().catch(() => {});
  await nothingIsLeft(database);
  assert.equal(await keys(database), "a:");
  assert.deepEqual(await source(database), { version: 1, is_sample: false });
  assert.equal((await loadText(database, "archive-contracts", csvOf(["b"]))).rowsInserted, 1);
});

Deno.test("while a load merges, readers see the old data at once, and all of the old data remains if it is killed", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await loadText(database, "archive-contracts", csvOf(["a", "b"], { award_id_piid: "old" }));
  await using file = await temporaryFile(csvOf(["a", "b", "c"], { award_id_piid: "new" }));
  // Nearly the last thing that a load changes: held here, all rows are changed by then.
  const holder = await sql.reserve();
  await holder`BEGIN`;
  await holder`LOCK TABLE data_load IN SHARE MODE`;
  const child = loader(database, ["archive-contracts", file.path]);
  await child.stdin.close();
  await until("the load has merged and waits", waits(database, "relation"));
  assert.equal(await within(30, "the reading", keys(database)), "a:old b:old");
  child.kill("SIGKILL");
  await child.status;
  await holder`ROLLBACK`;
  holder.release();
  await nothingIsLeft(database);
  assert.equal(await keys(database), "a:old b:old");
  assert.deepEqual(await source(database), { version: 1, is_sample: false });
});

Deno.test("loads of the same table take turns, and the second one finds its file loaded by the first", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await using file = await temporaryFile(csvOf(["a"]));
  const options = { databaseUrl: database.url, source: "archive-contracts", files: [file.path] };
  // Everyone's turn is held up until both have read their file.
  const holder = await sql.reserve();
  await holder`SELECT pg_advisory_lock(7305162, hashtext('detached_award_procurement'))`;
  const both = Promise.all([load(options), load(options)]);
  await until("both wait for their turn", waits(database, "advisory", 2));
  await holder`SELECT pg_advisory_unlock_all()`;
  holder.release();
  const outcomes = (await both).flat();
  assert.deepEqual(outcomes.map((outcome) => outcome.repeatOf !== null).sort(), [false, true]);
  assert.equal(await keys(database), "a:");
  assert.deepEqual(await source(database), { version: 1, is_sample: false });
});

Deno.test("several files are taken all or none", async () => {
  await using database = await testDatabase();
  await using first = await temporaryFile(csvOf(["a"]), "first.csv");
  await using second = await temporaryFile(csvOf(["b", ""]), "second.csv");
  const files = [first.path, second.path];
  const options = { databaseUrl: database.url, source: "archive-contracts", files };
  assert.match(await refusal(load(options)), /^1 bad row:\nsecond\.csv, line 3/);
  assert.equal(await keys(database), "");
  await Deno.writeTextFile(second.path, csvOf(["b", "a"], { award_id_piid: "2" }));
  const outcomes = await load(options);
  assert.deepEqual(outcomes.map((outcome) => [outcome.rowsInserted, outcome.rowsUpdated]), [[1, 0], [1, 1]]);
  assert.equal(await keys(database), "a:2 b:2");
  assert.deepEqual(await source(database), { version: 1, is_sample: false });
});

Deno.test("two files of one load that hold the same period are refused", async () => {
  await using database = await testDatabase();
  const header =
    "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num,Amount Summed";
  await using first = await temporaryFile(`${header}\n,20,X,,,1,0,2021,5,1000,1\n`, "first.csv");
  await using second = await temporaryFile(`${header}\n,20,X,,,1,0,2021,5,1000,2\n`, "second.csv");
  assert.match(
    await refusal(
      load({ databaseUrl: database.url, source: "sf133", files: [first.path, second.path] }),
    ),
    /Two of the files hold fiscal year 2021, period 5 \(one is first\.csv\)/,
  );
  assert.equal((await database.sql`SELECT count(*)::int AS n FROM sf_133`)[0]?.n, 0);
});

Deno.test("each load is written down, and makes a new version of the tables that it feeds and of no other", async () => {
  await using database = await testDatabase();
  const outcome = await loadText(database, "archive-contracts", csvOf(["a", "b"]), {
    name: "FY.csv",
    loadedBy: "ann",
  });
  await loadText(database, "table:cgac", "cgac_code\n011\n");
  await loadText(database, "archive-contracts", csvOf(["c"]));
  assert.deepEqual(await source(database), { version: 2, is_sample: false });
  assert.deepEqual(await source(database, "cgac"), { version: 1, is_sample: false });
  assert.equal(await source(database, "published_fabs"), null);
  const [load] = await database.sql`
    SELECT l.*, l.loaded_at = (SELECT min(loaded_at) FROM data_load) AS first FROM data_load l ORDER BY 1 LIMIT 1`;
  assert(Number(load!.seconds) > 0);
  assert.deepEqual(
    { ...load, data_load_id: "1", seconds: 0, loaded_at: 0 },
    {
      data_load_id: "1",
      source: "archive-contracts",
      file_name: "FY.csv",
      sha256: outcome.sha256,
      rows_read: "2",
      rows_inserted: "2",
      rows_updated: "0",
      rows_removed: "0",
      rows_rejected: "0",
      seconds: 0,
      loaded_by: "ann",
      loaded_at: 0,
      first: true,
    },
  );
  const [same] = await database
    .sql`SELECT (SELECT max(loaded_at) FROM data_load WHERE source = 'archive-contracts') =
    (SELECT loaded_at FROM data_source WHERE source_table = 'detached_award_procurement') AS same`;
  assert.equal(same?.same, true);
});

Deno.test("a file that was loaded before is passed over, unless it is forced", async () => {
  await using database = await testDatabase();
  const first = await loadText(database, "archive-contracts", csvOf(["a"]));
  await loadText(database, "archive-contracts", csvOf(["b"]));
  const again = await loadText(database, "archive-contracts", csvOf(["a"]));
  assert(again.repeatOf instanceof Date);
  assert.equal(again.sha256, first.sha256);
  assert.deepEqual(await source(database), { version: 2, is_sample: false });
  const forced = await loadText(database, "archive-contracts", csvOf(["a"]), { force: true });
  assert.deepEqual([forced.repeatOf, forced.rowsInserted, forced.rowsUpdated], [null, 0, 0]);
  // It changed nothing.
  assert.deepEqual(await source(database), { version: 2, is_sample: false });
});

Deno.test("where a load replaces everything, an older file can be gone back to, and the newest is a repeat", async () => {
  await using database = await testDatabase();
  const windows = (year: number) =>
    `year,period,period_start,publish_deadline,certification_deadline\n${year},3,,,\n`;
  await loadText(database, "windows", windows(2020));
  await loadText(database, "windows", windows(2021));
  assert((await loadText(database, "windows", windows(2021))).repeatOf);
  assert.equal((await loadText(database, "windows", windows(2020))).rowsInserted, 1);
});

/** Gives a database two rows of sample contracts, noted as such. */
async function sampleIn(database: TestDatabase): Promise<void> {
  await loadText(database, "archive-contracts", csvOf(["s1", "s2"]));
  await database.sql`UPDATE data_source SET is_sample = true`;
}

Deno.test("the sample makes way for the first real load, and for that alone", async () => {
  await using database = await testDatabase();
  await sampleIn(database);
  const outcome = await loadText(database, "archive-contracts", csvOf(["a"]));
  assert.deepEqual([outcome.rowsInserted, outcome.rowsRemoved], [1, 2]);
  assert.equal(await keys(database), "a:");
  assert.deepEqual(await source(database), { version: 2, is_sample: false });
  assert.equal((await loadText(database, "archive-contracts", csvOf(["b"]))).rowsRemoved, 0);
  assert.equal(await keys(database), "a: b:");
});

Deno.test("a real load that is refused leaves the sample where it is", async () => {
  await using database = await testDatabase();
  await sampleIn(database);
  await refusal(loadText(database, "archive-contracts", csvOf([""])));
  assert.equal(await keys(database), "s1: s2:");
  assert.deepEqual(await source(database), { version: 1, is_sample: true });
});

Deno.test("a connection that is lost while reading is an error, not a hang, and leaves nothing", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await using file = await temporaryFile(csvOf(Array.from({ length: 30_000 }, (_, n) => `k${n}`)));
  let ended = false;
  const loading = load({
    databaseUrl: database.url,
    source: "archive-contracts",
    files: [file.path],
    onProgress({ phase }) {
      if (phase !== "reading" || ended) return;
      ended = true;
      void sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name LIKE 'load %'`.execute();
    },
  });
  await assert.rejects(loading, /terminat|reset|EPIPE|closed/i);
  assert.equal(await keys(database), "");
});

Deno.test("planner statistics are fresh after a load", async () => {
  await using database = await testDatabase();
  await loadText(database, "archive-contracts", csvOf(Array.from({ length: 500 }, (_, n) => `k${n}`)));
  const [row] = await database.sql`SELECT reltuples::int AS rows, (SELECT count(*)::int FROM pg_stats
    WHERE tablename = 'detached_award_procurement' AND attname = 'action_date') AS stats
    FROM pg_class WHERE relname = 'detached_award_procurement'`;
  assert.deepEqual({ ...row }, { rows: 500, stats: 1 });
});

Deno.test("a load whose connection is lost after its commit was a load", async () => {
  await using database = await testDatabase();
  const lock = await database.sql.reserve();
  await lock`BEGIN`;
  // Rows can be changed meanwhile, statistics cannot be gathered.
  await lock`LOCK TABLE detached_award_procurement IN SHARE UPDATE EXCLUSIVE MODE`;
  const loading = loadText(database, "archive-contracts", csvOf(["a"]));
  await until("the load waits to gather statistics", waits(database, "relation"));
  await lock`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'load %'`;
  assert.equal((await loading).rowsInserted, 1);
  await lock`ROLLBACK`;
  lock.release();
  assert.equal(await keys(database), "a:");
});
