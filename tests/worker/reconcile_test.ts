import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { cFile } from "../helpers/c_file.ts";
import { startService } from "../helpers/service.ts";

Deno.test("a worker makes the differences file of what was sent, from its upload to its link, and counts its findings", async () => {
  await using service = await startService();
  await service.sql`INSERT INTO cgac (cgac_id, cgac_code) VALUES (1, '020')`;
  await service.sql`
    INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date, piid,
      federal_action_obligation)
    VALUES ('ONE', '020', '2021-01-02', 'W1', 5), ('TWO', '020', '2021-01-02', 'W2', 7.50)`;
  await service.worker();
  const form = new FormData();
  const fields = { kind: "C", cgac_code: "020", start: "01/01/2021", end: "01/31/2021", compression: "gzip" };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const file = cFile([
    { agency_identifier: "020", piid: "w1", transaction_obligated_amou: "-4" },
    { agency_identifier: "020", piid: "W3", transaction_obligated_amou: "1" },
    { agency_identifier: "020", piid: "W2", transaction_obligated_amou: "seven" },
  ]);
  form.set("file", new File([file], "mine.csv"));
  const response = await fetch(`${service.api.url}/v1/reconciliations/`, {
    method: "POST",
    headers: { Authorization: `Bearer ${service.api.token}` },
    body: form,
  });
  const { job_id } = await response.json();
  assert.equal(response.status, 200);

  const status = await service.ended(job_id);
  assert.deepEqual([status.status, status.rows, status.file_type], ["finished", 4, "C-DIFF"]);
  assert.deepEqual(status.findings, {
    READ: 1,
    C8: 0,
    C9: 0,
    C11: 1,
    C12: 1,
    "C23.1": 1,
    "C23.2": 0,
    "C23.3": 0,
    "C23.4": 0,
  });
  const link = await fetch(status.url);
  const plain = link.body!.pipeThrough(new DecompressionStream("gzip"));
  const lines = parse<Record<string, string>>(await new Response(plain).text(), { columns: true });
  assert.deepEqual(
    lines.map(({ Rule, Severity, RowNumber, PIID, TransactionKey, Difference }) =>
      [Rule, Severity, RowNumber, PIID, TransactionKey, Difference].filter(Boolean).join(" ")
    ),
    ["READ error 4", "C11 warning 3 W3 1", "C12 warning W2 TWO 7.50", "C23.1 warning W1 1"],
  );
});
