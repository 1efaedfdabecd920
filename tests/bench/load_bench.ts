/**
 * How fast archive contracts load, as a share of the speed of a bare `COPY` of the same rows into the same
 * indexed table, whose triggers are off (nothing counts the records by agency and day, as it does when they
 * are loaded), in the same run: both in turn, each into a fresh database, the median of the rounds. First
 * it is made sure that both bring the same rows. Ends with code 1 where loading has less than half the speed.
 *
 * Needs `TEST_DATABASE_URL` and a migrated template (see `tests/helpers/database.ts`). `BENCH_ROWS` and
 * `BENCH_ROUNDS` change the size.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import mapping from "../../lib/sources/archive/usaspending_contracts.tsv" with { type: "text" };
import { openSession } from "../../lib/db.ts";
import { CopyIn } from "../../lib/load/copy_in.ts";
import { describeTable } from "../../lib/load/table_columns.ts";
import { readTsv } from "../../lib/tsv.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { Random } from "../helpers/random.ts";
import { load } from "../helpers/sources.ts";

const ROWS = Number(Deno.env.get("BENCH_ROWS") ?? 40_000);
const ROUNDS = Number(Deno.env.get("BENCH_ROUNDS") ?? 3);
const LEAST = 0.5;

const columns = readTsv(mapping).map((row) => [row.csv_column!, row.column!] as const);
const fed = columns.filter(([, feeds]) => feeds);
const fedColumns = fed.map(([, feeds]) => feeds).join(", ");

/**
 * One record of about 2 kB, as the archive's are: most cells are short codes, flags or nothing, some are
 * texts.
 */
function record(types: Map<string, string>, random: () => number, number: number): Map<string, string> {
  const cells = new Map<string, string>();
  const pick = (...from: string[]) => from[Math.floor(random() * from.length)]!;
  const day = () =>
    `20${10 + Math.floor(random() * 15)}-0${1 + Math.floor(random() * 9)}-${10 + Math.floor(random() * 18)}`;
  const words = (count: number) =>
    Array.from({ length: count }, () => pick("SERVICE", "OFFICE", "SUPPORT", "DATA")).join(" ");
  for (const [column, feeds] of columns) {
    const type = types.get(feeds);
    if (type === "boolean") cells.set(column, pick("t", "f", "f"));
    else if (type === "date" || column.endsWith("_date")) cells.set(column, day());
    else if (/obligation|value|obligated/.test(column)) cells.set(column, (random() * 1e6 - 1e5).toFixed(2));
    else if (column.includes("_cd_")) cells.set(column, pick("VA-11", "TN-09", "CA-52"));
    else if (/description|^recipient_name|address/.test(column)) cells.set(column, words(3));
    else if (/code$|number$/.test(column)) cells.set(column, pick("A", "B", "541519", "015", ""));
    else if (column.endsWith("name")) cells.set(column, words(2));
    else if (random() < 0.3) cells.set(column, pick("NO", "NOT APPLICABLE", ""));
  }
  cells.set(
    "contract_transaction_unique_key",
    `1501_4732_15JPSS24F${String(number).padStart(9, "0")}_P00001_47QTCA20D005U_0`,
  );
  cells.set("awarding_agency_code", pick("015", "020", "097", "012"));
  // A file of the archive is of one fiscal year.
  cells.set("action_date", day().replace(/^\d+/, "2024"));
  cells.set("transaction_description", `${words(8)}, "QUOTED"`);
  return cells;
}

const csvCell = (value: string) => /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

async function columnTypes(): Promise<Map<string, string>> {
  await using database = await testDatabase();
  const session = await openSession(database.url, "bench");
  const { columns } = await describeTable(session, "detached_award_procurement");
  await session.end();
  return new Map(columns.map((column) => [column.name, column.type]));
}

async function writeFiles(
  folder: string,
  types: Map<string, string>,
): Promise<{ archive: string; bare: string }> {
  const archive = `${folder}/archive.csv`, bare = `${folder}/bare.csv`;
  using archiveFile = await Deno.open(archive, { write: true, create: true });
  using bareFile = await Deno.open(bare, { write: true, create: true });
  const write = async (file: Deno.FsFile, text: string) => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  };
  await write(archiveFile, columns.map(([column]) => column).join(",") + "\n");
  await write(bareFile, fedColumns.replaceAll(" ", "") + "\n");
  const numbers = new Random(20_250_303);
  for (let number = 0; number < ROWS;) {
    let archiveText = "", bareText = "";
    for (const end = Math.min(ROWS, number + 1000); number < end; number++) {
      const cells = record(types, () => numbers.next(), number);
      archiveText += columns.map(([column]) => csvCell(cells.get(column) ?? "")).join(",") + "\n";
      bareText += fed.map(([column]) =>
        csvCell((cells.get(column) ?? "").replace(/^.*-/, (state) =>
          /_cd_/.test(column) ? "" : state))
      ).join(",") + "\n";
    }
    await write(archiveFile, archiveText);
    await write(bareFile, bareText);
  }
  return { archive, bare };
}

async function bareCopy(database: TestDatabase, path: string): Promise<number> {
  const session = await openSession(database.url, "bench");
  // Bare: nothing counts its rows.
  await session.query("ALTER TABLE detached_award_procurement DISABLE TRIGGER USER");
  const started = performance.now();
  const copy = new CopyIn(
    session,
    `COPY detached_award_procurement (${fedColumns}) FROM STDIN (FORMAT csv, HEADER)`,
  );
  using file = await Deno.open(path);
  for (;;) {
    const chunk = new Uint8Array(256 * 1024);
    const count = await file.read(chunk);
    if (count === null) break;
    await copy.write(chunk.subarray(0, count));
  }
  assert.equal(await copy.finish(), ROWS);
  const seconds = (performance.now() - started) / 1000;
  await session.end();
  return seconds;
}

async function loadArchive(database: TestDatabase, path: string): Promise<number> {
  const started = performance.now();
  const [outcome] = await load({
    databaseUrl: database.url,
    source: "archive-contracts",
    files: [path],
  });
  assert.equal(outcome!.rowsInserted, ROWS);
  return (performance.now() - started) / 1000;
}

async function digest({ sql }: TestDatabase): Promise<string> {
  const [row] = await sql.unsafe(
    `SELECT md5(string_agg(md5(ROW (${fedColumns})::text), '' ORDER BY detached_award_proc_unique)) AS digest
     FROM detached_award_procurement`,
  );
  return row!.digest;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const folder = await Deno.makeTempDir();
try {
  const files = await writeFiles(folder, await columnTypes());
  const { size } = await Deno.stat(files.archive);
  const bareSeconds: number[] = [], loadSeconds: number[] = [];
  const digests = new Set<string>();
  let memory = 0;
  for (let round = 0; round < ROUNDS; round++) {
    {
      await using database = await testDatabase();
      await database.sql`CHECKPOINT`;
      bareSeconds.push(await bareCopy(database, files.bare));
      if (round === 0) digests.add(await digest(database));
    }
    await using database = await testDatabase();
    await database.sql`CHECKPOINT`;
    loadSeconds.push(await loadArchive(database, files.archive));
    if (round === 0) digests.add(await digest(database));
    memory = Math.max(memory, Deno.memoryUsage().rss);
  }
  assert.equal(digests.size, 1, "loading and a bare COPY bring the same rows");
  const bare = median(bareSeconds), loading = median(loadSeconds);
  const ratio = bare / loading;
  console.log(
    `Loading archive contracts has ${
      ratio.toFixed(2)
    } of the speed of a bare COPY of the same rows into the same table ` +
      `(${ROWS.toLocaleString("en-US")} rows of ${Math.round(size / ROWS)} bytes: ${
        loading.toFixed(1)
      } s against ` +
      `${bare.toFixed(1)} s, ${Math.round(ROWS / loading).toLocaleString("en-US")} rows/s; at most ` +
      `${Math.round(memory / 1e6)} MB of memory).`,
  );
  if (ratio < LEAST) {
    console.error(`That is less than ${LEAST}.`);
    Deno.exitCode = 1;
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
