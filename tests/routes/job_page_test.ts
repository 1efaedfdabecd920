/** The page of a job, as the server draws it: what stands there, by what has become of the job. */
import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import type { FileTotals } from "../../lib/files/totals/totals.ts";
import { endAttempt } from "../../lib/generations/attempt_end.ts";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { claim } from "../../lib/generations/lease.ts";
import { publish } from "../../lib/generations/publish.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body, generationOf, written } from "../helpers/generations.ts";
import { visitor } from "../helpers/page_visitor.ts";

const OWNER = "treasury-reader";
const totals: FileTotals = {
  records: 2,
  amounts: { FederalActionObligation: "-1234567.10" },
  distinctAwards: 1,
  recordsThatDiffer: null,
  byMonth: [
    { month: "2016-01", records: 1, amounts: { FederalActionObligation: "1000.90" } },
    { month: "2016-02", records: 1, amounts: { FederalActionObligation: "-1235568.00" } },
  ],
  bySubTier: [
    { code: "2036", name: "Bureau <of>", records: 1, amounts: { FederalActionObligation: "1000.90" } },
    { code: null, name: null, records: 1, amounts: { FederalActionObligation: "-1235568.00" } },
  ],
};

const claimed = async (sql: Sql, jobId: string) =>
  (await claim(sql, (await generationOf(sql, jobId)).id, "worker-1", 30))!;

/** New data of the Treasury's, so that an equal request makes another file. */
const load = (sql: Sql) =>
  sql`
    WITH source AS (INSERT INTO data_source (source_table) VALUES ('detached_award_procurement'))
    INSERT INTO record_count (source_table, agency_type, agency_code, action_date, records, version)
    VALUES ('detached_award_procurement', 'awarding', '020', '2016-01-05', 1, 7)`;

Deno.test("the page of a job", async (t) => {
  await using db = await testDatabase();
  const { sql } = db;
  await using app = await testApp(db);
  await addAgencies(sql);
  const { get, post } = visitor(app, OWNER);
  const step = (name: string, fn: () => Promise<void>) => t.step(name, fn);
  const first = await ask(sql, d1Body(), { requestedBy: OWNER });

  await step("one that waits says what was asked for, its place, and offers to cancel", async () => {
    const second = await ask(sql, d1Body({ agency_type: "funding", compression: "gzip" }), {
      requestedBy: "tester",
    });
    const { text, html } = await get(`/jobs/${second}`);
    assert.match(text, /^File D1 \(contracts\), Treasury \(020\) 01\/01\/2016 to 03\/31\/2016/);
    assert.match(text, /waiting for its turn: 1 file is before it\./);
    assert.match(text, /funding agency.*CSV.*gzip.*Asked for by tester,/);
    assert.match(html, /<p id="announcement" role="status"/);
    assert.doesNotMatch(html, /\/cancel"/, "a colleague's job");
    assert.match((await get(`/jobs/${first}`)).html, /action="\/jobs\/1\/cancel"/);
    assert.match((await get(`/jobs/${first}`)).text, /next to be written/);
    await cancelJob(sql, second);
    assert.match((await get(`/jobs/${second}`)).text, /The request was cancelled\./);
  });

  const lease = await claimed(sql, first);
  await step("one that is being written says how much is left, to its script as well", async () => {
    await sql`UPDATE generation_job SET requested_at = now() - interval '21 s'`;
    await sql`UPDATE file_generation SET rows_written = 1000, rows_estimated = 4000, started_at = now() - interval '20 s'`;
    const says = /1,000 of about 4,000 records written; about (59|60|61) seconds left\./;
    assert.match((await get("/jobs/1")).text, says);
    const { text, ...status } = JSON.parse((await get("/jobs/1/status")).html);
    assert.match(text, says);
    assert.deepEqual(status, {
      ended: false,
      name: "running",
      state: "being written",
      done: 1000,
      whole: 4000,
    });
  });

  await step("one that has finished has the file, its totals and two plots", async () => {
    assert.equal(await publish(sql, lease, written, null, { totals }), true);
    const { text, html } = await get("/jobs/1");
    assert.match(text, /Job 1 finished/);
    assert.match(text, new RegExp(`File-D1_.*SHA-256 ${written.sha256} Copy`));
    assert.match(text, /Kept until .* UTC Made in 20 seconds/);
    assert.match(text, /Federal Action Obligation −\$1,234,567\.10/);
    assert.match(text, /Obligations by month.*2016-02 −\$1,235,568\.00/);
    assert.match(text, /without a sub-tier agency 1 −\$1,235,568\.00.*Bureau <of> \(2036\) 1 \$1,000\.90/);
    assert.match(
      html,
      /<svg[^>]* role="img" aria-label="Obligations of 2 months, 2016-01 to 2016-02; the most in 2016-01/,
    );
    assert.match(html, /Bureau &lt;of&gt;/);
    assert.doesNotMatch(html, / style=|<script>|onclick/, "nothing inline");
    assert.doesNotMatch(text, /Changes since/);
  });

  await step("the same for curl is what the API takes, without a secret", async () => {
    const { text, html } = await get("/jobs/1");
    const body = JSON.parse(/-d '(.*?)'/.exec(text)![1]!);
    const again = await app.send("POST", "/v1/generate_detached_file/", { as: OWNER, body });
    assert.equal(again.json.reused, true);
    assert.match(text, /Authorization: Bearer \$TOKEN/);
    assert.equal(html.includes(`session=${OWNER}`), false);
    assert.match((await get(`/jobs/${again.json.job_id}`)).text, /There at once The very file had been made/);
  });

  await step(
    "asked again on new data, it offers the changes since one's earlier file, and gives them",
    async () => {
      await load(sql);
      const again = await post("/jobs/1/again");
      assert.deepEqual([again.status, again.to], [303, "/jobs/4"]);
      await publish(sql, await claimed(sql, "4"), written, null);
      const { html } = await get("/jobs/4");
      // Job 3 has the first job's file.
      assert.match(html, /name="since" value="3".*Changes since your file of/s);
      assert.doesNotMatch((await visitor(app, "treasury-writer").get("/jobs/4")).text, /Changes since your/);
      const changes = await post("/jobs/4/again", { since: "3" });
      assert.equal(changes.to, "/jobs/5");
      await publish(sql, await claimed(sql, "5"), written, null, {
        changes: { added: 1, changed: 0, removed: 1 },
      });
      const { text } = await get("/jobs/5");
      assert.match(text, /^Changes in File D1/);
      assert.match(text, /Since the file of job 3: .*Records that are new 1 Records that have changed 0/);
    },
  );

  await step("a link that has expired leads to the page of the file, who may see it", async () => {
    const { url } =
      (await app.send("GET", "/v1/check_detached_generation_status/?job_id=1", { as: OWNER })).json;
    const expired = url.replace(/expires=\d+/, "expires=1");
    const { status, text, html } = await get(expired);
    assert.deepEqual([status, text.slice(0, 17)], [403, "This did not work"]);
    const way = /href="(\/jobs\/of-file\/\d+)"/.exec(html)![1]!;
    assert.equal((await get(way)).to, "/jobs/3");
    assert.equal((await visitor(app, "defense-fabs").get(way)).status, 403);
    assert.equal((await get("/jobs/of-file/999")).status, 404);
    const forPrograms = await app.send("GET", expired, { headers: { Accept: "*/*" } });
    assert.equal(forPrograms.json.code, "link_refused");
  });

  await step("what may not be asked again is refused in words", async () => {
    assert.equal((await visitor(app, "defense-fabs").post("/jobs/1/again")).status, 403);
    const { status, text } = await post("/jobs/1/again", { since: "x" });
    assert.equal(status, 400);
    assert.match(text, /since_job_id is/);
    const [row] = await sql`SELECT count(*)::integer AS jobs FROM generation_job`;
    assert.equal(row!["jobs"], 5);
  });

  await step("an empty file says that nothing matched, and what there is", async () => {
    const emptied = async (agency_type: string) => {
      const body = d1Body({ end: "01/02/2016", agency_type });
      const jobId = await ask(sql, body, { requestedBy: OWNER });
      await publish(sql, await claimed(sql, jobId), { ...written, rows: 0 }, null);
      return await get(`/jobs/${jobId}`);
    };
    assert.match(
      (await emptied("funding")).text,
      /Nothing matched There is no D1 record with 020 as the funding/,
    );
    const { text, html } = await emptied("awarding");
    assert.match(text, /There is 1, from 01\/05\/2016 to 01\/05\/2016\. Ask for those days/);
    assert.match(html, /href="\/\?file_type=D1&amp;agency=020&amp;start=2016-01-05&amp;end=2016-01-05/);
  });

  await step("one that has failed says why, and what to do", async () => {
    for (const retryable of [true, false]) {
      const jobId = await ask(sql, d1Body({ end: retryable ? "02/01/2016" : "02/02/2016" }), {
        requestedBy: OWNER,
      });
      const { fileGenerationId, attempt } = await claimed(sql, jobId);
      const facts = { error_code: "x", error_message: "Its storage was away.", retryable };
      await endAttempt(sql, { fileGenerationId, attempt }, { state: "failed", facts });
      assert.match(
        (await get(`/jobs/${jobId}`)).text,
        retryable
          ? /Its storage was away\. This may pass.*Ask for the same again/
          : /would fail in the same way/,
      );
    }
  });
});
