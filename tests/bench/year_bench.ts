/**
 * A year of nightly loads: how many of the standing requests' files are made again, against all of them after
 * each load, which is what it was when a load made a table's files stale as a whole. Each night all agencies
 * get contracts of the day, and some of their older days are corrected, half of these within the last two
 * months; then everybody asks again for what they always ask for. Every file that is handed out is compared
 * with what `COPY` gives at that moment. Ends with code 1 where one differs.
 *
 * Needs `TEST_DATABASE_URL` and a migrated template (see `tests/helpers/database.ts`). `BENCH_NIGHTS`,
 * `BENCH_AGENCIES` and `BENCH_REQUESTS` change the size.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import { createHash } from "node:crypto";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { claim } from "../../lib/generations/lease.ts";
import { dataVersion } from "../../lib/generations/data_version.ts";
import { publish } from "../../lib/generations/publish.ts";
import { boundCopy } from "../helpers/copy.ts";
import { copyOut } from "../helpers/copy_out.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, generationOf, written } from "../helpers/generations.ts";
import { Random } from "../helpers/random.ts";
import { archiveCsv, loadText } from "../helpers/sources.ts";

const setting = (name: string, usual: number) => Number(Deno.env.get(name) ?? usual);
const NIGHTS = setting("BENCH_NIGHTS", 365);
const AGENCIES = setting("BENCH_AGENCIES", 150);
const REQUESTS = setting("BENCH_REQUESTS", 1000);
/** Days that are there before the first night. */
const DAYS = 730;
const FIRST_DAY = Date.parse("2022-10-01");
/** Of all agency-days, how many a night touches. */
const TOUCHED = 0.005;

const random = new Random(20_261_126);
const agency = (n: number) => String(500 + n);
const iso = (day: number) => new Date(FIRST_DAY + day * 86_400_000).toISOString().slice(0, 10);
const american = (day: number) => iso(day).replace(/(\d+)-(\d+)-(\d+)/, "$2/$3/$1");

/** A contract of an agency's day; a revision is another content of it. */
const contract = (n: number, day: number, revision: number) => ({
  contract_transaction_unique_key: `${agency(n)}_${day}`,
  awarding_agency_code: agency(n),
  funding_agency_code: agency((n + 1) % AGENCIES),
  action_date: iso(day),
  award_id_piid: `revision ${revision}`,
});

/** A month, a quarter or a year of an agency, by those that award or those that fund. */
function standingRequest() {
  const days = random.pick([30, 91, 91, 365]);
  const from = random.below(DAYS - days);
  return {
    file_type: "D1",
    cgac_code: agency(random.below(AGENCIES)),
    agency_type: random.pick(["awarding", "awarding", "funding"]),
    start: american(from),
    end: american(from + days - 1),
  };
}

await using db = await testDatabase();
const { sql } = db;
await addAgencies(sql);
await sql`INSERT INTO cgac (cgac_id, cgac_code, agency_name) SELECT n, n::text, n::text FROM generate_series(500, 999) n`;
await loadText(
  db,
  "archive-contracts",
  archiveCsv(
    "contracts",
    Array.from({ length: AGENCIES * DAYS }, (_, i) => contract(i % AGENCIES, Math.floor(i / AGENCIES), 0)),
  ),
);

const bodies = Array.from({ length: REQUESTS }, standingRequest);
/** What the file of each generation is. */
const files = new Map<string, string>();
let made = 0, handedOut = 0, wrong = 0;

async function copyNow(body: Record<string, unknown>): Promise<string> {
  const request = requestBody.parse(body);
  const hash = createHash("sha256");
  await copyOut(db.url, boundCopy(fileTypeOf("D1").contents(request)), (row) => hash.update(row));
  return hash.digest("hex");
}

/** Asks as everybody does, and makes what there is not. */
async function askAgain(body: Record<string, unknown>): Promise<void> {
  const { id, state } = await generationOf(sql, await ask(sql, body, { maxUnfinishedJobs: REQUESTS + 1 }));
  const now = await copyNow(body);
  if (state === "finished") {
    handedOut++;
    if (files.get(id) !== now) {
      wrong++;
      console.error(`The file of ${JSON.stringify(body)} is not what COPY gives.`);
    }
    return;
  }
  const lease = await claim(sql, id, "bench", 600);
  // Somebody who asks for the same beside this has it.
  if (!lease) return;
  made++;
  const { loadedAt } = await dataVersion(sql, lease.fileType, lease.request);
  files.set(id, now);
  await publish(sql, lease, { ...written, sha256: now }, loadedAt);
}

const everybodyAsks = async () => {
  for (const body of bodies) await askAgain(body);
};

await everybodyAsks();
const first = made;
made = handedOut = 0;
for (let night = 1; night <= NIGHTS; night++) {
  const today = DAYS + night - 1;
  const corrections = Math.round(TOUCHED * AGENCIES * today) - AGENCIES;
  const rows = new Map<string, ReturnType<typeof contract>>();
  const add = (n: number, day: number) => rows.set(`${n} ${day}`, contract(n, day, night));
  for (let n = 0; n < AGENCIES; n++) add(n, today);
  for (let c = 0; c < corrections; c++) {
    const day = random.chance(0.5) ? today - 1 - random.below(60) : random.below(today);
    add(random.below(AGENCIES), day);
  }
  await loadText(db, "archive-contracts", archiveCsv("contracts", [...rows.values()]));
  await everybodyAsks();
}
const all = NIGHTS * first;
console.log(
  `After ${NIGHTS} nightly loads, each of ${TOUCHED * 100} % of the agency-days of ${AGENCIES} agencies, ${
    made.toLocaleString("en-US")
  } of ${all.toLocaleString("en-US")} files were made again (${
    (100 * made / all).toFixed(1)
  } %; before, all of them). ${handedOut.toLocaleString("en-US")} were handed out as they were, ${
    wrong === 0 ? "each of them what COPY gives at that moment" : `${wrong} of them not what COPY gives`
  }.`,
);
if (wrong > 0) Deno.exitCode = 1;
