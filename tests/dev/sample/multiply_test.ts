import assert from "node:assert/strict";
import { loadSample } from "../../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../../lib/dev/sample/multiply.ts";
import { testDatabase } from "../../helpers/database.ts";

Deno.test("multiplied contracts are as many as asked for, each with its own key, over all days of the range", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql, { contracts: 200, assistance: 0 });
  await multiplyContracts(db.sql, { rows: 1000, agency: "089", from: "2020-02-28", to: "2020-03-01" });
  const copies = await db.sql`
    SELECT action_date::text AS day, count(*)::int AS rows FROM detached_award_procurement
    WHERE awarding_agency_code = '089' AND action_date BETWEEN '2020-01-01' AND '2020-12-31'
    GROUP BY 1 ORDER BY 1`;
  assert.deepEqual([...copies], [
    { day: "2020-02-28", rows: 334 },
    { day: "2020-02-29", rows: 333 },
    { day: "2020-03-01", rows: 333 },
  ]);
  const [all] = await db.sql`
    SELECT count(*)::int AS rows, count(DISTINCT detached_award_proc_unique)::int AS keys
    FROM detached_award_procurement`;
  assert.deepEqual(all, { rows: 1200, keys: 1200 });
});

Deno.test("nothing can be multiplied where there is nothing", async () => {
  await using db = await testDatabase();
  await assert.rejects(
    multiplyContracts(db.sql, { rows: 10, agency: "020", from: "2016-01-01", to: "2016-01-31" }),
    /no rows to copy/,
  );
});
