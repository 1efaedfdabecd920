/**
 * The form, what it shows before a file is asked for, and the list of one's files, as the server draws them.
 */
import assert from "node:assert/strict";
import type { Agency } from "../../lib/agencies.ts";
import { begunPeriods, usualRanges } from "../../routes/page/calendar_choices.ts";
import { agencyText, findAgency } from "../../routes/page/agency_choice.ts";
import { testApp } from "../helpers/app.ts";
import { addContracts } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body } from "../helpers/generations.ts";
import { urlAs } from "../helpers/roles.ts";
import { connect } from "../../lib/db.ts";
import { visitor } from "../helpers/page_visitor.ts";

const WHOLE = { file_type: "D1", agency: "020", start: "2016-01-01", end: "2016-03-31" };
const address = (values: Record<string, string>) => `/?${new URLSearchParams(values)}`;

/** The sentences above the form, and those at the fields, in their order. */
const errorsOf = (html: string) => ({
  above: [.../<a href="#([\w-]+)">([^<]*)<\/a>/g[Symbol.matchAll](html)].map(([, field, text]) =>
    `${field}: ${text}`
  ),
  atFields: [.../<p id="([\w-]+)-error" class="error">([^<]*)</g[Symbol.matchAll](html)].map((
    [, field, text],
  ) => `${field}: ${text}`),
});

Deno.test("the page on which files are asked for", async (t) => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await addContracts(db.sql, 910, 100);
  await using resources = new AsyncDisposableStack();
  // With its rights only.
  const apiSql = connect(urlAs(db.url, "detached_api"), { max: 3, name: "test" });
  resources.defer(() => apiSql.end());
  await using app = await testApp(db, { sql: apiSql, maxUnfinishedJobs: 4 });
  const reader = visitor(app, "treasury-reader"), administrator = visitor(app, "administrator");

  await t.step("one's only agency is chosen already; more than one is not", async () => {
    assert.match((await reader.get("/")).html, /<input[^>]*id="agency"[^>]*value="020 – Treasury"/);
    assert.match((await administrator.get("/")).html, /<input[^>]*id="agency"[^>]*value=""/);
  });

  await t.step(
    "a form that is filled from its address shows exactly what there is, and what to know of it",
    async () => {
      const { status, html, text } = await reader.get(address({ ...WHOLE, end: "2016-04-30" }));
      assert.equal(status, 200);
      assert.match(html, /<input[^>]*id="start"[^>]*value="2016-01-01"/);
      assert.match(text, /What you will get Records 910 Size, about [\d.]+ [kM]B Ready in a few seconds/);
      assert.match(text, /The range ends after 03\/31\/2016/);
      assert.match(
        text,
        /Records by month, as a table Month Records 2016-01 310 2016-02 290 2016-03 310 2016-04 0/,
      );
      assert.equal(html.match(/<rect/g)!.length, 4);
      assert.match(text, /Loaded for 020 01\/01\/2016 to 03\/31\/2016/);
      const { text: open } = await reader.get("/?file_type=D1");
      assert.match(open, /What there is .*Loaded for 020 01\/01\/2016 to 03\/31\/2016 Choose all of it/);
      const { text: ofA } = await reader.get(
        address({ file_type: "A", agency: "020", year: "2017", period: "6" }),
      );
      assert.match(ofA, /None of the data that the file is made of is loaded/);
    },
  );

  await t.step(
    "what is wrong is said in the form's words and order, each once above and once at its field",
    async () => {
      const cases: [Record<string, string>, string[]][] = [
        [{ file_type: "D1", agency: "", start: "", end: "" }, [
          "agency: Enter the agency",
          "start: Enter the first day",
          "end: Enter the last day",
        ]],
        [{ ...WHOLE, start: "2016-02-30", end: "1/1/16" }, [
          "start: The first day must be a real day, such as 03/31/2016",
          "end: The last day must be a real day, such as 03/31/2016",
        ]],
        [{ ...WHOLE, start: "2016-04-01" }, ["start: The first day must not be after the last day"]],
        [{ ...WHOLE, agency: "Nowhere" }, [
          "agency: There is no agency “Nowhere”: enter a part of its name, or its code",
        ]],
        [{ file_type: "A", agency: "020", period: "" }, ["period: Choose the fiscal year and period"]],
        [{ file_type: "BOC", agency: "020", period: "9998-3" }, ["period: Choose a period that has begun"]],
      ];
      for (const [fields, wanted] of cases) {
        const { status, html } = await administrator.post("/request", fields);
        assert.equal(status, 400);
        assert.deepEqual(errorsOf(html), { above: wanted, atFields: wanted });
      }
      const { text } = await administrator.post("/request", { ...WHOLE, end: "" });
      assert.match(text, /What there is Records by month.* Loaded for 020 01\/01\/2016 to 03\/31\/2016/);
    },
  );

  await t.step(
    "an agency is understood by its code, a part of its name, or is chosen of several",
    async () => {
      const to = async (agency: string) =>
        (await administrator.post("/request", { ...WHOLE, agency, do: "look" })).to;
      assert.equal(await to("20"), "/?file_type=D1&agency=020&start=2016-01-01&end=2016-03-31");
      assert.equal(await to("treas"), "/?file_type=D1&agency=020&start=2016-01-01&end=2016-03-31");
      assert.match(await to("097 – Defense") ?? "", /agency=097/);
      const { status, html } = await administrator.post("/request", { ...WHOLE, agency: "e" });
      assert.equal(status, 400);
      assert.match(html, /“e” may be|There is no agency/);
      const chosen = await administrator.post("/request", {
        ...WHOLE,
        agency: "e",
        agency_code: "097",
        do: "look",
      });
      assert.match(chosen.to ?? "", /agency=097/);
    },
  );

  await t.step("a refusal is an alert and no field's fault, and has the API's status", async () => {
    for (
      const { status, html, text } of [
        await reader.post("/request", { ...WHOLE, agency: "097" }),
        await reader.get(address({ ...WHOLE, agency: "097" })),
      ]
    ) {
      assert.equal(status, 403);
      assert.match(text, /You may not generate files of agency 097/);
      assert.doesNotMatch(html, /aria-invalid|id="errors"/);
    }
    const missing = await reader.post("/request", { file_type: "BOC", agency: "020", period: "2021-6" });
    assert.equal(missing.status, 400);
    assert.match(missing.html, /role="alert"><p>There is no/);
  });

  await t.step(
    "the first records are shown as they would be written, the columns that tell most, or all",
    async () => {
      const few = await reader.get(address({ ...WHOLE, records: "first" }));
      assert.match(few.text, /The first 20 records PIID ActionDate FederalActionObligation .*20160101/);
      assert.match(few.text, /Show all 267 columns/);
      const all = await reader.get(`/look/records?${new URLSearchParams({ ...WHOLE, records: "all" })}`);
      assert.equal(all.html.match(/<th /g)!.length, 267);
      assert.match(all.html, /CONT_000000091/);
      const [kept] = await db
        .sql`SELECT count(*)::integer AS looks FROM audit_event WHERE action = 'preview'`;
      assert.equal(kept!["looks"], 2);
    },
  );

  await t.step(
    "one's files are told apart, chosen, and led through; the last agencies stand first",
    async () => {
      const body = (day: number) => d1Body({ end: `03/${day}/2016` });
      for (let day = 1; day <= 25; day++) await ask(db.sql, body(day), { requestedBy: "administrator" });
      await ask(db.sql, { file_type: "A", cgac_code: "097", year: 2017, period: 6 }, {
        requestedBy: "administrator",
      });
      const rows = (
        html: string,
      ) => [...html.matchAll(/<th scope="row" role="rowheader"><a href="\/jobs\/(\d+)">([^<]*)</g)];
      const first = await administrator.get("/my-files");
      assert.deepEqual(rows(first.html)[0]!.slice(1), ["26", "A, FY 2017, period 6 – through March 2017"]);
      assert.match(
        first.text,
        /through March 2017 Defense, 097 \w{3} \d+, \d{4}, \d\d:\d\d UTC waiting for its turn/,
      );
      assert.equal(rows(first.html).length, 20);
      assert.doesNotMatch(first.text, /Newer files/);
      const older = await administrator.get(/href="([^"]*before=\d+)"/.exec(first.html)![1]!);
      assert.deepEqual(rows(older.html).map(([, id]) => id), ["6", "5", "4", "3", "2", "1"]);
      assert.doesNotMatch(older.text, /Older files/);
      const newer = await administrator.get(/href="([^"]*after=\d+)"/.exec(older.html)![1]!);
      assert.deepEqual(rows(newer.html), rows(first.html).map((row) => row));
      assert.equal(rows((await administrator.get("/my-files?file_type=A&state=queued")).html).length, 1);
      assert.equal(rows((await administrator.get("/my-files?state=finished")).html).length, 0);
      const { html } = await administrator.get("/");
      assert.match(
        html,
        /<datalist id="agencies"><option value="097 – Defense" data-last=""><\/option><option value="020/,
      );

      const full = await administrator.post("/request", { ...WHOLE, agency: "097" });
      assert.equal(full.status, 429);
      assert.doesNotMatch(full.html, /aria-invalid|id="errors"/);
      assert.match(full.text, /What you will get Records 0/);
    },
  );
});

Deno.test("an agency is found by its code, its abbreviation, or any part of its name, the best fit first", () => {
  const agency = (code: string, name: string): Agency => ({
    code,
    name,
    cgacCode: null,
    submitsAsFrec: code.length === 4,
  });
  const listed = [
    agency("020", "Department of the Treasury (TREAS)"),
    agency("097", "Department of Defense (DOD)"),
    agency("069", "Department of Transportation (DOT)"),
    agency("070", "Department of Homeland Security"),
    agency("1601", "Department of Labor (DOL)"),
  ];
  const choices = { listed, last: 0, all: [...listed, agency("2000", "Treasury")] };
  const found = (text: string) => {
    const found = findAgency(text, choices);
    return found && ("agency" in found ? found.agency.code : found.several.map(({ code }) => code));
  };
  const cases: [string, string | string[] | undefined][] = [
    ["020", "020"],
    ["20", "020"],
    ["97", "097"],
    ["1601", "1601"],
    ["2000", "2000"],
    ["Treasury", "020"],
    ["treas", "020"],
    ["dod", "097"],
    ["DHS", "070"],
    ["defense department", "097"],
    ["department of labor", "1601"],
    ["Department", ["020", "097", "069", "070", "1601"]],
    ["Hoemland", undefined],
    ["", undefined],
  ];
  for (const [text, wanted] of cases) assert.deepEqual(found(text), wanted, text);
  for (const agency of listed) assert.equal(found(agencyText(agency)), agency.code);
});

Deno.test("ranges and periods are those of the fiscal calendar, and only periods that have begun", () => {
  const ranges = Object.fromEntries(
    usualRanges(new Date("2026-11-26T12:00:00Z")).map(({ name, start, end }) => [name, `${start} ${end}`]),
  );
  assert.deepEqual(ranges, {
    "This month": "2026-11-01 2026-11-30",
    "Last month": "2026-10-01 2026-10-31",
    "FY 2027": "2026-10-01 2027-09-30",
    "FY 2026": "2025-10-01 2026-09-30",
    "FY 2025": "2024-10-01 2025-09-30",
    "FY 2027 Q1": "2026-10-01 2026-12-31",
    "FY 2026 Q4": "2026-07-01 2026-09-30",
    "FY 2026 Q3": "2026-04-01 2026-06-30",
    "FY 2026 Q2": "2026-01-01 2026-03-31",
  });
  const newest = (day: string) => begunPeriods(new Date(day)).flatMap(({ periods }) => periods)[0]!.name;
  assert.equal(newest("2026-10-01T00:00:00Z"), "FY 2027, period 2 – through November 2026");
  assert.equal(newest("2026-12-01T00:00:00Z"), "FY 2027, period 3 – through December 2026");
  assert.equal(newest("2026-09-30T23:59:59Z"), "FY 2026, period 12 – through September 2026");
  assert.equal(newest("2017-03-01T00:00:00Z"), "FY 2017, period 6 – through March 2017");
});
