/**
 * What the control totals cost: a big file with them against the same file without, read, encoded and hashed
 * by the steps of an attempt, with one cursor and with three. The totals are compared with Postgres' own
 * sums, and the files by their SHA-256, before a figure is printed.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { connect } from "../../lib/db.ts";
import type { FileContents } from "../../lib/files/file_type.ts";
import { readRecords } from "../../lib/files/read_records.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import { SpareCursors } from "../../lib/files/spare_cursors.ts";
import { takesTotals } from "../../lib/files/totals/take_totals.ts";
import { RecordWriter } from "../../lib/files/write_records.ts";
import { testDatabase } from "../helpers/database.ts";
import { contentsOf } from "../helpers/judge.ts";
import { backendCpu, interleaved, judge, median, timed, usageOf } from "./measure.ts";

const ROWS = Number(Deno.env.get("BENCH_ROWS") ?? 200_000);

await using resources = new AsyncDisposableStack();
const db = resources.use(await testDatabase());
await loadSample(db.sql);
await multiplyContracts(db.sql, { agency: "097", rows: ROWS, from: "2019-01-01", to: "2019-12-31" });
// Half as many awards as transactions.
await db.sql`
  UPDATE detached_award_procurement
  SET unique_award_key = unique_award_key || '_' || detached_award_procurement_id / 2
  WHERE awarding_agency_code = '097'`;
await db.sql`VACUUM ANALYZE detached_award_procurement`;
await db.sql`CHECKPOINT`;
const exportSql = connect(db.url, { max: 3, name: "export" });
resources.defer(() => exportSql.end());

const contents = contentsOf({
  file_type: "D1",
  cgac_code: "097",
  start: "01/01/2019",
  end: "12/31/2019",
});
const [expected] = await db.sql`
  SELECT count(*)::integer AS records, count(DISTINCT unique_award_key)::integer AS awards,
    sum(federal_action_obligation) AS amount
  FROM detached_award_procurement
  WHERE awarding_agency_code = '097' AND action_date BETWEEN '2019-01-01' AND '2019-12-31'`;
const files = new Set<string>();
const cpu: Record<string, number[]> = {};

/** CPU seconds of this process and of the server's, so far. */
const cpuSoFar = async () => (await usageOf(Deno.pid)).cpu + await backendCpu(db.sql);

/** Makes the file and throws its bytes away; gives the seconds. */
async function make(name: string, wanted: FileContents, helpers: number): Promise<number> {
  const before = await cpuSoFar();
  using file = new RecordWriter(wanted, { write: () => Promise.resolve() });
  const taker = takesTotals(wanted);
  const seconds = await timed(() =>
    inSnapshot(exportSql, async (tx) => {
      const how = { rowsEstimated: ROWS, spare: new SpareCursors(helpers) };
      for await (const batch of readRecords(exportSql, tx, wanted, how)) {
        taker?.add(batch);
        await file.add(batch);
      }
      const totals = await taker?.totals(tx);
      if (totals) {
        const { records, distinctAwards: awards, amounts } = totals;
        assert.deepEqual(
          { records, awards, amount: amounts["FederalActionObligation"] },
          { ...expected },
        );
      }
    })
  );
  files.add((await file.end()).sha256);
  (cpu[name] ??= []).push(await cpuSoFar() - before);
  assert.equal(files.size, 1, "the files differ");
  return seconds;
}

const { totals: _, ...without } = contents;
const seconds = await interleaved(Object.fromEntries(
  [["one cursor", 0], ["three cursors", 2]].flatMap(([cursors, helpers]) =>
    [["without", without], ["with totals", contents]].map(([what, wanted]) => {
      const name = `${cursors}, ${what}`;
      return [name, () => make(name, wanted as FileContents, helpers as number)];
    })
  ),
));
console.log(`  ${ROWS.toLocaleString("en-US")} records of D1, ${expected!["awards"]} awards:`);
for (const [name, values] of Object.entries(seconds)) {
  console.log(
    `    ${name}: ${median(values).toFixed(2)} s (${values.map((s) => s.toFixed(2)).join(" ")}); CPU ${
      median(cpu[name]!).toFixed(2)
    } s`,
  );
}
const ratio = (cursors: string) =>
  median(seconds[`${cursors}, with totals`]!) / median(seconds[`${cursors}, without`]!);
const holds = ["one cursor", "three cursors"].map((cursors) =>
  judge(`${cursors}: a file with totals, of the time of one without`, ratio(cursors), 1.15)
);
await resources.disposeAsync();
Deno.exit(holds.every(Boolean) ? 0 : 1);
