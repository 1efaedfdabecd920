/** A finished file stays good until one of its own records changes, whoever changes it, and no longer. */
import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { dataVersion, noteDataVersion } from "../../lib/generations/data_version.ts";
import { publish } from "../../lib/generations/publish.ts";
import { claim } from "../../lib/generations/lease.ts";
import { jobStatus } from "../../lib/generations/status.ts";
import { selecting } from "../../lib/files/file_type.ts";
import { testDatabase } from "../helpers/database.ts";
import { SEED } from "../helpers/properties.ts";
import { Random } from "../helpers/random.ts";
import { Stranger } from "../helpers/stranger.ts";
import { addAgencies, ask, d1Body, generationOf, written } from "../helpers/generations.ts";
import { reconciliationRequest } from "../helpers/reconciled.ts";

/** Makes a file as a worker would, but for its bytes, unless there is a good one. Gives the job. */
async function make(sql: Sql, body: Record<string, unknown>): Promise<string> {
  const jobId = await ask(sql, body);
  const lease = await claim(sql, (await generationOf(sql, jobId)).id, "worker-1", 30);
  if (!lease) return jobId;
  const { loadedAt } = await dataVersion(sql, lease.fileType, lease.request);
  await publish(sql, lease, written, loadedAt);
  return jobId;
}

/** Whether an equal request is given the file of a job. */
async function isGood(sql: Sql, body: Record<string, unknown>, jobId: string): Promise<boolean> {
  const again = await ask(sql, body);
  return (await generationOf(sql, again)).id === (await generationOf(sql, jobId)).id;
}

const contract = (sql: Sql, key: string, agency: string, day: string) =>
  sql`INSERT INTO detached_award_procurement
    (detached_award_proc_unique, awarding_agency_code, funding_agency_code, action_date)
    VALUES (${key}, ${agency}, '097', ${day})`;

Deno.test("a D1 file stays good while only other agencies, other days and the other kind of agency change", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  await contract(sql, "a", "020", "2016-01-01");
  const first = await make(sql, d1Body());
  const untouched = async (what: string) => assert.ok(await isGood(sql, d1Body(), first), what);
  await contract(sql, "b", "097", "2016-01-01");
  await untouched("another agency's record");
  await contract(sql, "c", "020", "2016-04-01");
  await untouched("a record of the day after");
  await contract(sql, "d", "020", "2015-12-31");
  await untouched("a record of the day before");
  await sql`INSERT INTO detached_award_procurement (detached_award_proc_unique, funding_agency_code, action_date)
    VALUES ('e', '020', '2016-01-01')`;
  await untouched("a record that it funds");
  await sql`UPDATE detached_award_procurement SET piid = piid`;
  await untouched("records replaced by equal ones");
  await sql`INSERT INTO published_fabs (afa_generated_unique, is_active, awarding_agency_code, action_date)
    VALUES ('f', true, '020', '2016-01-01')`;
  await untouched("a record of another table");

  const again = (await jobStatus(sql, await ask(sql)))!;
  const made = (await jobStatus(sql, first))!;
  assert.deepEqual([again.reused, again.dataAsOf], [true, made.dataAsOf]);
  assert.ok(again.dataCheckedAt! > again.dataAsOf!, "it was looked at since");
  assert.deepEqual(made.dataCheckedAt, made.dataAsOf);

  for (
    const change of [
      "UPDATE detached_award_procurement SET piid = 'changed' WHERE detached_award_proc_unique = 'a'",
      "UPDATE detached_award_procurement SET action_date = '2016-03-31' WHERE detached_award_proc_unique = 'd'",
      "UPDATE detached_award_procurement SET action_date = '2016-04-01' WHERE detached_award_proc_unique = 'd'",
      "UPDATE detached_award_procurement SET awarding_agency_code = '020' WHERE detached_award_proc_unique = 'b'",
      "DELETE FROM detached_award_procurement WHERE detached_award_proc_unique = 'a'",
      "TRUNCATE detached_award_procurement",
    ]
  ) {
    const jobId = await make(sql, d1Body());
    assert.ok(await isGood(sql, d1Body(), jobId));
    await sql.unsafe(change);
    assert.ok(!await isGood(sql, d1Body(), jobId), change);
    // Out of the way of the next one.
    await sql`UPDATE file_generation SET state = 'cancelled', ended_at = now() WHERE state = 'queued'`;
  }
});

Deno.test("a D2 file changes with the rows that are in force", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  await sql`INSERT INTO published_fabs (afa_generated_unique, is_active, awarding_agency_code, action_date)
    VALUES ('f', false, '020', '2016-01-01')`;
  const body = d1Body({ file_type: "D2" });
  const first = await make(sql, body);
  await sql`UPDATE published_fabs SET uri = 'history'`;
  assert.ok(await isGood(sql, body, first));
  await sql`UPDATE published_fabs SET is_active = true`;
  assert.ok(!await isGood(sql, body, first));
});

Deno.test("a file A stays good while other periods change, and a BOC while other periods' submissions do", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const account =
    `agency_identifier, main_account_code, sub_account_code, tas, fiscal_year, period, line, amount`;
  const amount = (period: number) =>
    sql.unsafe(
      `INSERT INTO sf_133 (${account}) VALUES ('020', '0001', '000', 't', 2021, ${period}, 1000, 1)`,
    );
  const submission = (id: number, period: number) =>
    sql`INSERT INTO submission (submission_id, cgac_code, reporting_fiscal_year, reporting_fiscal_period, publish_status_id)
      VALUES (${id}, '020', 2021, ${period}, 2)`;
  const balance = (period: number) =>
    sql`INSERT INTO gtas_boc (main_account_code, sub_account_code, tas, fiscal_year, period)
      VALUES ('0001', '000', 't', 2021, ${period})`;
  const published = (id: number) =>
    sql`INSERT INTO published_object_class_program_activity (submission_id) VALUES (${id})`;
  await amount(6);
  await submission(1, 6);
  await balance(6);
  await published(1);
  const a = { file_type: "A", cgac_code: "020", year: 2021, period: 6 }, boc = { ...a, file_type: "BOC" };
  const jobs = { a: await make(sql, a), boc: await make(sql, boc) };
  const good = async () => [await isGood(sql, a, jobs.a), await isGood(sql, boc, jobs.boc)];

  await amount(5);
  await submission(2, 5);
  await balance(5);
  await published(2);
  await sql`INSERT INTO tas_failed_edits (tas, display_tas, fiscal_year, period) VALUES ('t', 't', 2021, 5)`;
  await sql`INSERT INTO submission_window_schedule (year, period) VALUES (2021, 5)`;
  assert.deepEqual(await good(), [true, true]);
  await sql`UPDATE sf_133 SET period = 7 WHERE period = 6`;
  assert.deepEqual(await good(), [false, true]);
  // What takes a File B to another period, and an account of everybody's.
  await sql`UPDATE submission SET reporting_fiscal_period = 7 WHERE submission_id = 1`;
  await submission(3, 6);
  assert.deepEqual(await good(), [false, false]);
  const later = await make(sql, a);
  await sql`INSERT INTO tas_lookup (account_num, internal_start_date, tas) VALUES (1, '2015-01-01', 't')`;
  assert.ok(!await isGood(sql, a, later));
});

Deno.test("versions of different tables are added, so that a younger table's change is seen beside an older one", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const body = { file_type: "A", cgac_code: "020", year: 2021, period: 6 };
  for (let n = 0; n < 5; n++) {
    await sql`INSERT INTO tas_lookup (account_num, internal_start_date, tas) VALUES (${n}, '2015-01-01', 't')`;
  }
  const jobId = await make(sql, body);
  await sql`INSERT INTO tas_failed_edits (tas, display_tas, fiscal_year, period) VALUES ('t', 't', 2021, 6)`;
  assert.ok(!await isGood(sql, body, jobId));
});

Deno.test("a file that is made of newer data than was asked for is shared by whoever asks meanwhile", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const jobId = await ask(sql);
  const lease = (await claim(sql, (await generationOf(sql, jobId)).id, "worker-1", 30))!;
  await contract(sql, "a", "020", "2016-01-01");
  const request = requestBody.parse(d1Body());
  const { version } = await dataVersion(sql, fileTypeOf("D1"), request);
  await noteDataVersion(sql, lease, version);
  assert.ok(await isGood(sql, d1Body(), jobId));
  // Another one is on its way to that already.
  await contract(sql, "b", "020", "2016-01-01");
  assert.ok(!await isGood(sql, d1Body(), jobId));
  await noteDataVersion(sql, lease, version + 1);
  assert.equal((await generationOf(sql, jobId)).state, "running");
});

/** What a file's query gives, just now. */
async function contentsNow(sql: Sql, body: Record<string, unknown>): Promise<string> {
  const request = requestBody.parse(body);
  const { query, elements } = fileTypeOf(request.file_type).contents(request);
  const columns = elements.map(({ column }) => column).join(", ");
  const { text, values } = selecting(columns, query);
  const [row] = await sql.unsafe(
    `SELECT coalesce(string_agg(file::text, chr(10)), '') AS content FROM (${text}) file`,
    values,
  );
  return row!.content as string;
}

Deno.test("through any history of changes by hand, whatever file is handed out is what its query gives at that moment", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const random = new Random(SEED);
  const stranger = new Stranger(random, [
    ...["detached_award_procurement", "published_fabs", "sf_133", "tas_lookup", "tas_failed_edits"] as const,
    "submission_window_schedule",
  ]);
  const january = { start: "01/01/2016", end: "01/01/2016" };
  const bodies = [
    d1Body(),
    d1Body({ cgac_code: "097", ...january }),
    d1Body({ agency_type: "funding", ...january }),
    d1Body({ file_type: "D2" }),
    d1Body({ file_type: "D2", start: "02/01/2016", end: "02/01/2016" }),
    ...[3, 6].map((period) => ({ file_type: "A", cgac_code: "020", year: 2021, period })),
  ];
  const made = new Map<string, string>();
  let handedOut = 0;
  for (let step = 0; step < 30; step++) {
    await sql.begin((tx) => stranger.anything(tx));
    for (const body of bodies) {
      const jobId = await make(sql, body);
      const { id } = await generationOf(sql, jobId);
      const content = await contentsNow(sql, body);
      if (!made.has(id)) made.set(id, content);
      else {
        handedOut++;
        assert.equal(made.get(id), content, `step ${step}: ${JSON.stringify(body)}`);
      }
    }
  }
  assert.ok(handedOut > made.size, `${handedOut} were handed out again, ${made.size} were made`);
});

Deno.test("a reconciliation is of the records that its rules look at, and of no others", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const versionOf = async (body: { file_type: string } & Record<string, unknown>) =>
    (await dataVersion(sql, fileTypeOf(body.file_type), reconciliationRequest(body))).version;
  const changes = async (
    body: { file_type: string } & Record<string, unknown>,
    change: () => Promise<unknown>,
  ) => {
    const before = await versionOf(body);
    await change();
    return await versionOf(body) > before;
  };
  const c = { ...d1Body(), file_type: "C-DIFF" };
  assert.equal(await changes(c, () => contract(sql, "a", "020", "2016-03-31")), true);
  assert.equal(await changes(c, () => contract(sql, "b", "020", "2016-04-01")), false);
  assert.equal(await changes(c, () => contract(sql, "c", "097", "2016-03-31")), false);
  assert.equal(
    await changes(
      { ...c, agency_type: "funding", cgac_code: "097" },
      () => contract(sql, "d", "020", "2016-03-31"),
    ),
    true,
  );

  const a = { file_type: "A-DIFF", cgac_code: "020", year: 2021, period: 6 };
  const amount = (year: number, period: number) =>
    sql`INSERT INTO sf_133 (agency_identifier, main_account_code, sub_account_code, tas, fiscal_year, period, line, amount)
      VALUES ('020', '0001', '000', 't', ${year}, ${period}, 2490, 1)`;
  assert.equal(await changes(a, () => amount(2021, 6)), true);
  // What rule A34 compares with.
  assert.equal(await changes(a, () => amount(2020, 12)), true);
  assert.equal(await changes(a, () => amount(2021, 5)), false);
  assert.equal(await changes(a, () => amount(2021, 12)), false);
  assert.equal(await changes(a, () => amount(2020, 6)), false);
  assert.equal(
    await changes(a, () =>
      sql`INSERT INTO tas_lookup (account_num, tas, internal_start_date)
    VALUES (1, 't', '2010-01-01')`),
    true,
  );
});
