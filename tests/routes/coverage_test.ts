/** What is loaded is told exactly, without a look at a record, to whoever may ask for the file. */
import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";
import { urlAs } from "../helpers/roles.ts";

Deno.test("GET /v1/coverage", async (t) => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await using resources = new AsyncDisposableStack();
  // With its rights only.
  const apiSql = connect(urlAs(db.url, "detached_api"), { max: 3, name: "test" });
  resources.defer(() => apiSql.end());
  await using app = await testApp(db, { sql: apiSql });

  const get = async (query: Record<string, string | number>, as = "administrator") =>
    await app.send("GET", `/v1/coverage/?${new URLSearchParams(query as Record<string, string>)}`, { as });
  const codes = (json: { warnings: { code: string }[] }) => json.warnings.map(({ code }) => code);

  const d1 = { file_type: "D1", cgac_code: "020" };
  const a = { file_type: "A", cgac_code: "020" };
  const boc = { file_type: "BOC", cgac_code: "020" };

  await t.step("of an empty database there is nothing, and that is said once", async () => {
    const nothing = {
      first_action_date: null,
      last_action_date: null,
      source_first_action_date: null,
      source_last_action_date: null,
      loaded_at: null,
    };
    const { status, json } = await get({
      ...d1,
      start: "12/31/2015",
      end: "1/1/2016",
      agency_type: "funding",
    });
    assert.equal(status, 200);
    const { warnings, ...rest } = json;
    assert.deepEqual(rest, {
      file_type: "D1",
      agency_code: "020",
      agency_type: "funding",
      start: "12/31/2015",
      end: "01/01/2016",
      records: 0,
      by_month: [{ month: "2015-12", records: 0 }, { month: "2016-01", records: 0 }],
      ...nothing,
    });
    assert.deepEqual(codes({ warnings }), ["nothing_loaded"]);
    const { json: all } = await get({ ...d1, file_type: "D2" });
    assert.deepEqual([all.start, all.end, all.by_month, codes(all)], [null, null, [], ["nothing_loaded"]]);
    const { json: ofA } = await get(a);
    assert.deepEqual({ ...ofA, warnings: codes(ofA) }, {
      file_type: "A",
      agency_code: "020",
      year: null,
      period: null,
      records: null,
      periods: [],
      loaded_at: {
        sf_133: null,
        tas_lookup: null,
        tas_failed_edits: null,
        submission_window_schedule: null,
        cgac: null,
        frec: null,
      },
      warnings: ["nothing_loaded"],
    });
    assert.deepEqual(codes((await get(boc)).json), ["nothing_loaded"]);
  });

  await t.step(
    "the numbers are those of COUNT(*), by month and in all, of both sides, whatever else there is",
    async () => {
      await db.sql`
    INSERT INTO detached_award_procurement
      (detached_award_proc_unique, awarding_agency_code, funding_agency_code, action_date)
    SELECT 'C' || n, (ARRAY['020', '097', NULL])[1 + n % 3], (ARRAY['097', '1601'])[1 + n % 2],
      CASE WHEN n % 50 > 0 THEN date '2015-11-03' + (n * 7919) % 100 END
    FROM generate_series(1, 900) AS n`;
      await db.sql`
    INSERT INTO published_fabs (afa_generated_unique, awarding_agency_code, funding_agency_code, action_date, is_active)
    SELECT 'F' || n, (ARRAY['020', '097'])[1 + n % 2], '020', date '2016-02-27' + n % 4, n % 3 > 0
    FROM generate_series(1, 300) AS n`;
      await db
        .sql`DELETE FROM detached_award_procurement WHERE action_date BETWEEN '2015-12-10' AND '2016-01-05'`;
      await db
        .sql`UPDATE detached_award_procurement SET awarding_agency_code = '020', action_date = '2016-01-20'
    WHERE awarding_agency_code = '097' AND action_date < '2015-11-10'`;
      const tables = { D1: "detached_award_procurement", D2: "published_fabs" };
      const usDay = (day: string | null) => day && `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;
      for (const [file_type, table] of Object.entries(tables)) {
        for (const agency_type of ["awarding", "funding"]) {
          for (const code of ["020", "097", "1601"]) {
            for (const range of [undefined, ["2015-12-15", "2016-02-27"], ["2016-01-20", "2016-01-20"]]) {
              const [first, last] = range ?? ["-infinity", "infinity"];
              const mine = `FROM ${table} WHERE ${agency_type}_agency_code = '${code}'
            ${file_type === "D2" ? "AND is_active" : ""}`;
              const months = await db.sql.unsafe<{ month: string; records: number }[]>(
                `SELECT to_char(action_date, 'YYYY-MM') AS month, count(*)::integer AS records
             ${mine} AND action_date BETWEEN '${first}' AND '${last}' GROUP BY 1 ORDER BY 1`,
              );
              const [days] = await db.sql.unsafe(
                `SELECT min(action_date)::text AS first, max(action_date)::text AS last ${mine}`,
              );
              const { json } = await get({
                file_type,
                [code.length === 3 ? "cgac_code" : "frec_code"]: code,
                agency_type,
                ...(range && { start: usDay(range[0]!)!, end: usDay(range[1]!)! }),
              });
              const what = `${file_type} ${agency_type} ${code} ${range}`;
              const { by_month: byMonth } = json as { by_month: { month: string; records: number }[] };
              assert.deepEqual(
                byMonth.filter(({ records }) => records > 0),
                months.map((row) => ({ ...row })),
                what,
              );
              assert.equal(json.records, months.reduce((sum, { records }) => sum + records, 0), what);
              const { first_action_date, last_action_date } = json;
              assert.deepEqual([first_action_date, last_action_date], [
                usDay(days!["first"]),
                usDay(days!["last"]),
              ], what);
              if (range?.[0] === "2015-12-15") {
                assert.deepEqual(byMonth.map(({ month }) => month), ["2015-12", "2016-01", "2016-02"], what);
              }
            }
          }
        }
      }
      // A month in the middle has none.
      await db
        .sql`DELETE FROM detached_award_procurement WHERE action_date BETWEEN '2015-12-01' AND '2015-12-31'`;
      const { json } = await get(d1);
      assert.equal(json.by_month.find(({ month }: { month: string }) => month === "2015-12").records, 0);
      const [source] = await db.sql`
    SELECT to_char(min(action_date), 'MM/DD/YYYY') AS first, to_char(max(action_date), 'MM/DD/YYYY') AS last
    FROM detached_award_procurement WHERE coalesce(awarding_agency_code, funding_agency_code) IS NOT NULL`;
      assert.deepEqual([json.source_first_action_date, json.source_last_action_date], Object.values(source!));
    },
  );

  await t.step("a range of a century has 600 months at most, and all of its records", async () => {
    const { json } = await get({ ...d1, start: "01/01/1900", end: "12/31/2099" });
    assert.equal(json.by_month[0].month, json.first_action_date.replace(/(\d\d)\/\d\d\/(\d{4})/, "$2-$1"));
    assert.equal(
      json.by_month.reduce((sum: number, { records }: { records: number }) => sum + records, 0),
      json.records,
    );
    assert.ok(json.records > 0 && json.by_month.length < 600);
  });

  await t.step(
    "the periods of A and BOC come newest first, with their windows and the agency's submissions",
    async () => {
      await db.sql`
    INSERT INTO sf_133 (agency_identifier, main_account_code, sub_account_code, tas, fiscal_year, period, line, amount)
    SELECT '020', '0100', '000', 't', year, period, n, 1
    FROM (VALUES (2020, 12, 3), (2021, 6, 2), (2021, 7, 1)) AS of (year, period, rows), generate_series(1, rows) AS n`;
      await db.sql`
    INSERT INTO gtas_boc (main_account_code, sub_account_code, tas, fiscal_year, period)
    VALUES ('0100', '000', 't', 2021, 6), ('0100', '000', 't', 2020, 12)`;
      await db.sql`
    INSERT INTO submission (submission_id, cgac_code, reporting_fiscal_year, reporting_fiscal_period, publish_status_id)
    VALUES (1, '020', 2021, 6, 2), (2, '020', 2020, 12, 1), (3, '097', 2020, 12, 2)`;
      await db.sql`
    INSERT INTO submission_window_schedule (year, period, period_start)
    VALUES (2021, 6, '2021-04-19'), (2021, 7, '2999-05-19'), (2020, 12, NULL)`;
      await db
        .sql`INSERT INTO tas_failed_edits (tas, display_tas, fiscal_year, period) VALUES ('t', 't', 2021, 6)`;
      await db.sql`UPDATE period_count SET loaded_at = '2026-03-04 05:06:07.89+00'`;
      await db
        .sql`UPDATE data_source SET loaded_at = '2026-03-05 00:00:00+00' WHERE source_table IN ('sf_133', 'gtas_boc')`;
      const loaded_at = "2026-03-04T05:06:07.890Z";
      const { json } = await get(a);
      assert.deepEqual(json.periods, [
        { year: 2021, period: 7, rows: 1, loaded_at, window_start: "2999-05-19T00:00:00.000Z" },
        { year: 2021, period: 6, rows: 2, loaded_at, window_start: "2021-04-19T00:00:00.000Z" },
        { year: 2020, period: 12, rows: 3, loaded_at, window_start: null },
      ]);
      assert.equal(json.loaded_at.sf_133, "2026-03-05T00:00:00.000Z");
      const one = await get({ ...a, year: 2021, period: 6 });
      assert.deepEqual([one.json.year, one.json.period, one.json.periods.length], [2021, 6, 1]);
      const { json: ofBoc } = await get(boc);
      assert.deepEqual(
        ofBoc.periods.map((
          { year, period, has_submission }: Record<string, unknown>,
        ) => [year, period, has_submission]),
        [[2021, 6, true], [2020, 12, false]],
      );
      assert.ok("published_object_class_program_activity" in ofBoc.loaded_at);
    },
  );

  await t.step(
    "a warning is there when it is due, once, and not otherwise: in coverage, estimate, request and status",
    async () => {
      const cases: [what: string, request: Record<string, string | number>, codes: string[]][] = [
        ["all is well", { ...d1, start: "11/20/2015", end: "01/31/2016" }, []],
        ["the agency has none", {
          ...d1,
          cgac_code: "",
          frec_code: "1601",
          start: "12/15/2015",
          end: "12/16/2015",
        }, [
          "no_records",
        ]],
        ["it ends after the newest", { ...d1, start: "11/20/2015", end: "02/28/2017" }, [
          "ends_after_newest",
        ]],
        ["it begins before the oldest", { ...d1, start: "10/01/2015", end: "01/31/2016" }, [
          "starts_before_oldest",
        ]],
        ["both, and none in it", {
          ...d1,
          file_type: "D2",
          agency_type: "funding",
          start: "2/26/2016",
          end: "3/2/2016",
        }, [
          "ends_after_newest",
          "starts_before_oldest",
        ]],
        ["nothing on that side", { ...d1, start: "01/01/2040", end: "02/01/2040" }, [
          "no_records",
          "ends_after_newest",
        ]],
        ["the keys", { ...d1, start: "11/20/2015", end: "01/31/2016", agency_typ: "x" }, ["key_ignored"]],
        ["A, all is well", { ...a, year: 2021, period: 6 }, []],
        ["A, its window is to come", { ...a, year: 2021, period: 7 }, [
          "window_open",
          "failed_edits_missing",
        ]],
        ["A, its window has no time", { ...a, year: 2020, period: 12 }, [
          "window_open",
          "failed_edits_missing",
        ]],
        ["A, nothing", { ...a, year: 2019, period: 12 }, [
          "nothing_loaded",
          "window_open",
          "failed_edits_missing",
        ]],
        ["BOC, all is well", { ...boc, year: 2021, period: 6 }, []],
      ];
      for (const [what, request, wanted] of cases) {
        const asked = await get(request);
        assert.deepEqual(codes(asked.json), wanted, `${what}, coverage`);
        const estimate = await app.send("POST", "/v1/generations/estimate", { body: request });
        assert.deepEqual(codes(estimate.json), wanted, `${what}, estimate`);
        assert.equal(estimate.json.rows_exact, asked.json.records, what);
        const answer = await app.send("POST", "/v1/generate_detached_file/", { body: request });
        assert.deepEqual(answer.json.warnings, estimate.json.warnings, `${what}, answer`);
        const path = `/v1/check_detached_generation_status/?job_id=${answer.json.job_id}`;
        const { json } = await app.send("GET", path);
        assert.deepEqual(json.warnings, answer.json.warnings, `${what}, status`);
        for (const { message } of json.warnings) assert.match(message, /^[A-Z].*\.$/);
      }
      const without = await get({ ...boc, year: 2019, period: 12 });
      assert.deepEqual(codes(without.json), ["nothing_loaded"]);
    },
  );

  await t.step("a query has the rules and the sentences of a request for the file", async () => {
    const wrong: Record<string, string>[] = [
      { file_type: "D9", cgac_code: "020" },
      { file_type: "C-DIFF", cgac_code: "020" },
      { cgac_code: "020" },
      { file_type: "D1", start: "01/01/2016", end: "01/31/2016" },
      { ...d1, cgac_code: "20", start: "01/01/2016", end: "01/31/2016" },
      { ...d1, start: "02/30/2016", end: "01/31/2016" },
      { ...d1, start: "02/01/2016", end: "01/31/2016" },
      { ...d1, start: "01/01/2016", end: "01/31/2016", agency_type: "both" },
      { ...a, year: "21", period: "6" },
      { ...a, year: "2021", period: "13" },
      { ...d1, cgac_code: "999", start: "01/01/2016", end: "01/31/2016" },
      { ...d1, frec_code: "9999", start: "01/01/2016", end: "01/31/2016" },
    ];
    for (const query of wrong) {
      const asked = await get(query);
      const answer = await app.send("POST", "/v1/generate_detached_file/", { body: query });
      assert.equal(asked.status, 400, JSON.stringify(query));
      assert.deepEqual(asked.json, answer.json);
    }
    for (
      const [given, missing] of [["start", "end"], ["end", "start"], ["year", "period"], [
        "period",
        "year",
      ]] as const
    ) {
      const value = { start: "01/01/2016", end: "01/01/2016", year: 2021, period: 6 }[given];
      const { status, json } = await get({
        ...(given === "start" || given === "end" ? d1 : a),
        [given]: value,
      });
      assert.equal(status, 400);
      assert.deepEqual(json.errors, [{
        field: missing,
        message: `${missing} is missing; it goes with ${given}: send both, or neither.`,
      }]);
    }
    assert.equal(
      (await app.send("GET", "/v1/coverage/?file_type=D1&cgac_code=020&cgac_code=097")).status,
      400,
    );
    // What another file type has is ignored, whatever it holds.
    assert.equal((await get({ ...d1, year: "x", compression: "x" })).status, 200);
  });

  await t.step(
    "whoever may not have an agency's files is told nothing, and the audit keeps that, and who was told",
    async () => {
      const kept = async () => {
        const rows = await db
          .sql`SELECT action, agency_code, detail FROM audit_event ORDER BY audit_event_id`;
        await db.sql`DELETE FROM audit_event`;
        return rows.map((
          { action, agency_code, detail },
        ) => [action, agency_code, detail.file_type ?? detail.path]);
      };
      await kept();
      assert.equal((await get(d1, "defense-fabs")).status, 403);
      assert.deepEqual(await kept(), [["refused", "020", "/v1/coverage/"]]);
      assert.equal((await get(d1, "treasury-reader")).status, 200);
      assert.deepEqual(await kept(), [["coverage", "020", "D1"]]);
      const path = "/v1/coverage/?file_type=D1&cgac_code=020";
      assert.equal((await app.send("HEAD", path, { as: "treasury-reader" })).status, 200);
      assert.deepEqual(await kept(), []);
      assert.equal((await app.send("GET", path, { as: null })).status, 401);
    },
  );
});
