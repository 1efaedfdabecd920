/** What is loaded is told, estimated and warned of without a scan, however much there is. */
import assert from "node:assert/strict";
import { coverageOf } from "../../lib/coverage/coverage.ts";
import { estimateFile } from "../../lib/coverage/estimate.ts";
import { warningsOf } from "../../lib/coverage/warnings.ts";
import { connect, type Sql } from "../../lib/db.ts";
import { coverageQuery, fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";
import { addRecordCounts } from "../helpers/record_counts.ts";
import { urlAs } from "../helpers/roles.ts";

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  Plans?: Plan[];
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

/** The same database, and what it is asked. */
function listening(sql: Sql) {
  const asked: [text: string, values: readonly unknown[]][] = [];
  const unsafe: Sql["unsafe"] = (text, values = [], options) => {
    asked.push([text, values]);
    return sql.unsafe(text, values, options);
  };
  const spied = (...args: unknown[]) => (sql as unknown as (...args: unknown[]) => unknown)(...args);
  return { asked, sql: Object.assign(spied, { unsafe, json: sql.json }) as unknown as Sql };
}

Deno.test("no statement of coverage, an estimate or warnings scans a table that grows with the data", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await addRecordCounts(db.sql, 60, 365);
  const apiSql = connect(urlAs(db.url, "detached_api"), { max: 2, name: "test" });
  try {
    const { asked, sql } = listening(apiSql);
    const keys = { cgac_code: "020", start: "01/01/2015", end: "12/31/2024", year: 2021, period: 6 };
    for (const file_type of ["D1", "D2", "A", "BOC"]) {
      const fileType = fileTypeOf(file_type);
      const query = coverageQuery.parse({ file_type, ...keys });
      await coverageOf(sql, fileType, query);
      await warningsOf(sql, fileType, query);
      await estimateFile(sql, fileType, requestBody.parse({ file_type, ...keys }));
    }
    assert.ok(asked.length > 15, `${asked.length} statements`);
    // Small, or of one row an agency or a period.
    const small = ["submission_window_schedule", "period_count", "submission", "data_source", "pg_class"];
    const read = new Set<string>();
    for (const [text, values] of asked) {
      // An estimate is a plan that is not run.
      if (text.startsWith("EXPLAIN")) continue;
      const [row] = await apiSql.unsafe(`EXPLAIN (FORMAT JSON) ${text}`, values as string[]);
      const [{ Plan }] = row!["QUERY PLAN"] as [{ Plan: Plan }];
      for (const { "Node Type": node, "Relation Name": relation } of nodes(Plan)) {
        if (relation === undefined || small.includes(relation)) continue;
        read.add(relation);
        assert.notEqual(node, "Seq Scan", `${relation} in ${text}`);
      }
    }
    assert.deepEqual([...read].sort(), ["file_generation", "record_count"]);
  } finally {
    await apiSql.end();
  }
});
