/** The page of reconciliations, from its form to the differences. */
import assert from "node:assert/strict";
import { cFile } from "../helpers/c_file.ts";
import { addAgencies } from "../helpers/generations.ts";
import { pageVisitor } from "../helpers/page_visitor.ts";
import { startService } from "../helpers/service.ts";

const FIELDS = { kind: "C", agency: "020", start: "2021-01-01", end: "2021-01-31", agency_type: "awarding" };

/** More differences than the page shows, one with markup in it. */
const FILE = cFile([
  { agency_identifier: "020", piid: "w1", transaction_obligated_amou: "-4" },
  ...Array.from({ length: 59 }, (_, i) => ({
    agency_identifier: "020",
    piid: `<b>"X",${i}`,
    transaction_obligated_amou: "1",
  })),
]);

function form(
  fields: Record<string, string>,
  file: File | undefined = new File([FILE], "mine.csv"),
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", file);
  return form;
}

Deno.test("the page of reconciliations", async (t) => {
  await using service = await startService();
  const { sql, api } = service;
  await addAgencies(sql);
  await sql`
    INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date, piid,
      federal_action_obligation)
    VALUES ('ONE', '020', '2021-01-02', 'W1', 5)`;
  const { get, post } = pageVisitor((path, init) => fetch(api.url + path, init), api.token);

  await t.step("has a form for each kind, filled from its address", async () => {
    const c = await get("/reconcile?kind=C&agency=097&start=2021-01-01");
    assert.match(c.html, /<input id="agency"[^>]* value="097 – Defense"/);
    assert.match(
      c.html,
      /href="\/reconcile\?kind=C&amp;agency=097&amp;start=\d{4}-10-01&amp;end=\d{4}-09-30"/,
    );
    assert.match(c.html, /name="start"[^>]* value="2021-01-01"/);
    assert.doesNotMatch(c.html, /name="year"/);
    assert.match(
      (await get("/reconcile?kind=A")).html,
      /name="period".*period 6 – through March.*type="file"/s,
    );
  });

  await t.step(
    "says what is wrong in its own words and order, each field once, and keeps the rest",
    async () => {
      const nothing = await post(
        "/reconcile",
        form({ ...FIELDS, agency: "", start: "2021-02-30" }, new File([], "")),
      );
      assert.equal(nothing.status, 400);
      assert.match(
        nothing.text,
        /There is a problem Enter the agency The first day must be a real day, such as 03\/31\/2016 Choose your File C/,
      );
      assert.match(nothing.html, /id="end"[^>]* value="2021-01-31"/);
      const order = await post("/reconcile", form({ ...FIELDS, start: "2021-02-01" }));
      assert.match(order.text, /problem The first day must not be after the last day Agency/);
      const typed = { kind: "A", agency: "re", period: "" };
      const several = await post("/reconcile", form({ ...FIELDS, ...typed }));
      assert.match(
        several.text,
        /problem There is no agency “re”.* Choose the fiscal year and period Agency/,
      );
      const text = await post("/reconcile", form(FIELDS, new File(["a,b\n1,2\n"], "other.csv")));
      assert.deepEqual([text.status, /The header of the file/.test(text.text)], [400, true]);
      const [row] = await sql`SELECT count(*)::integer AS jobs FROM generation_job`;
      assert.equal(row!["jobs"], 0);
    },
  );

  await t.step("takes the file and leads to a job that shows what differs", async () => {
    const sent = await post("/reconcile", form({ ...FIELDS, agency: "Treasury" }));
    assert.deepEqual([sent.status, sent.to], [303, "/jobs/1"]);
    assert.match((await get("/jobs/1")).text, /Your file mine\.csv,/);
    await service.worker();
    await service.ended(1);
    const { text, html } = await get("/jobs/1");
    assert.match(text, /^Differences between a File C and Files D1 and D2, Treasury \(020\)/);
    assert.match(text, /60 differences, by 2 of 9 rules\./);
    assert.match(text, /C11 warning Contracts of your File C that D1 does not have\. .* 59 C23\.1/);
    assert.match(text, /The first 50 of 60 differences/);
    assert.match(text, /C11 3 PIID <b>"X",0 /);
    assert.equal(html.match(/<th scope="row">C11<\/th>/g)?.length, 50);
    assert.match(html, /href="\/reconcile\?kind=C&amp;agency=020&amp;start=2021-01-01&amp;end=2021-01-31/);
  });

  await t.step("shows the same of a file that is compressed", async () => {
    const packed = form({
      kind: "C",
      cgac_code: "020",
      start: "01/01/2021",
      end: "01/31/2021",
      compression: "gzip",
    });
    const response = await fetch(`${api.url}/v1/reconciliations/`, {
      method: "POST",
      headers: { Authorization: `Bearer ${api.token}` },
      body: packed,
    });
    assert.equal((await response.json()).job_id, 2);
    await service.ended(2);
    assert.match((await get("/jobs/2")).text, /The first 50 of 60 differences .* C11 3 PIID <b>"X",0 /);
  });
});
