import assert from "node:assert/strict";
import { fileTypeOf } from "../../../lib/files/registry.ts";
import { requestBody } from "../../../lib/files/registry.ts";
import { loadSample } from "../../../lib/dev/sample/load.ts";
import { SOURCE_TABLES } from "../../../lib/load/table_columns.ts";
import { testDatabase } from "../../helpers/database.ts";
import { contentsOf, written } from "../../helpers/judge.ts";

const small = { contracts: 150, assistance: 100 };

Deno.test("the sample uses every element of D1 and D2, each flag both ways, and agencies that exist", async () => {
  await using db = await testDatabase();
  const counts = await loadSample(db.sql);
  assert.equal(counts.detached_award_procurement, 4000);
  assert.equal(counts.published_fabs, 2000);

  for (const [code, among] of [["D1", ""], ["D2", "WHERE is_active"]] as const) {
    const { elements } = fileTypeOf(code).contents(
      requestBody.parse({ file_type: code, cgac_code: "020", start: "01/01/2016", end: "03/31/2016" }),
    );
    const looks = elements.map(({ column, writtenAs }) =>
      writtenAs === "t/f"
        ? `bool_or(${column}) AND NOT bool_and(${column})`
        : `bool_or(${column}::text <> '')`
    );
    const [found] = await db.sql.unsafe(
      `SELECT ${looks.map((look, i) => `${look} AS "${i}"`).join(", ")} FROM ${
        Object.keys(fileTypeOf(code).sources)[0]
      } ${among}`,
    );
    const unused = elements.filter((_, i) => found![i] !== true).map(({ column }) => column);
    assert.deepEqual(unused, [], code);
  }

  for (const table of ["detached_award_procurement", "published_fabs"]) {
    const unknown = await db.sql`
      SELECT DISTINCT code
      FROM (
        SELECT awarding_agency_code AS code FROM ${db.sql(table)}
        UNION SELECT funding_agency_code FROM ${db.sql(table)}
      ) AS used
      WHERE code IS NULL OR code NOT IN (SELECT cgac_code FROM cgac UNION SELECT frec_code FROM frec)`;
    assert.deepEqual([...unknown], [], table);
  }
  const orphans = await db.sql`SELECT frec_code FROM frec WHERE cgac_id NOT IN (SELECT cgac_id FROM cgac)`;
  assert.deepEqual([...orphans], []);
});

Deno.test("the documented examples give records from the sample", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql);
  const examples: [body: Record<string, unknown>, least: number][] = [
    [{ file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" }, 200],
    [
      { file_type: "D1", frec_code: "1601", start: "10/01/2015", end: "09/30/2016", agency_type: "funding" },
      5,
    ],
    [{ file_type: "D2", cgac_code: "012", start: "10/01/2015", end: "09/30/2016", file_format: "txt" }, 100],
    [{ file_type: "A", cgac_code: "020", year: 2021, period: 6 }, 10],
    [{ file_type: "A", cgac_code: "097", year: 2017, period: 3 }, 10],
    [{ file_type: "A", frec_code: "1125", year: 2024, period: 12 }, 1],
  ];
  for (const [body, least] of examples) {
    const file = await written(db.sql, contentsOf(body));
    assert.ok(file.rows >= least, `${JSON.stringify(body)} gives ${file.rows} records`);
  }
});

Deno.test("each account's resources equal their status, line by line as GTAS adds them up", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql, small);
  const off = await db.sql`
    SELECT tas, fiscal_year, period
    FROM sf_133
    GROUP BY tas, fiscal_year, period
    HAVING sum(amount) FILTER (WHERE line = 1910) <> sum(amount) FILTER (WHERE line = 2500)
      OR sum(amount) FILTER (WHERE line = 2500) <> sum(amount) FILTER (WHERE line IN (2190, 2490))
      OR sum(amount) FILTER (WHERE line = 1910)
        <> sum(amount) FILTER (WHERE line BETWEEN 1000 AND 1069 OR line BETWEEN 1071 AND 1909)`;
  assert.deepEqual([...off], []);
  const [strays] = await db
    .sql`SELECT count(*)::int AS count FROM sf_133 WHERE tas NOT IN (SELECT tas FROM tas_lookup)`;
  assert.equal(strays!["count"], 0);
});

Deno.test("a loaded sample is noted as the first version of each table, and as the sample", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql, small);
  const noted = await db.sql`
    SELECT source_table, version::int, is_sample FROM data_source ORDER BY source_table COLLATE "C"`;
  assert.deepEqual(
    [...noted],
    SOURCE_TABLES.toSorted().map((source_table) => ({ source_table, version: 1, is_sample: true })),
  );
});

Deno.test("the sample leaves a database alone that holds a row or was ever loaded", async (t) => {
  const causes = {
    "one agency": "INSERT INTO cgac (cgac_code) VALUES ('020')",
    "one window": "INSERT INTO submission_window_schedule (year, period) VALUES (2021, 6)",
    "a load that left nothing": "INSERT INTO data_source (source_table) VALUES ('published_fabs')",
  };
  for (const [cause, statement] of Object.entries(causes)) {
    await t.step(cause, async () => {
      await using db = await testDatabase();
      await db.sql.unsafe(statement);
      const counts = await loadSample(db.sql, small);
      assert.deepEqual(new Set(Object.values(counts)), new Set([0]));
      const [rows] = await db.sql`SELECT count(*)::int AS count FROM detached_award_procurement`;
      assert.equal(rows!["count"], 0);
    });
  }
});

Deno.test("of two processes that load the sample at once, one does", async () => {
  await using db = await testDatabase();
  const both = await Promise.all([loadSample(db.sql, small), loadSample(db.sql, small)]);
  assert.deepEqual(both.map((counts) => counts.cgac > 0).toSorted(), [false, true]);
  const [rows] = await db.sql`SELECT count(*)::int AS count FROM detached_award_procurement`;
  assert.equal(rows!["count"], small.contracts);
});
