/** Runs cases (requests and the exact files they must give) through a real API and worker. */
import assert from "node:assert/strict";
import { loadFiles } from "../../lib/load/load_files.ts";
import { inputPath, lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { startService } from "../helpers/service.ts";

interface Case {
  name: string;
  body: Record<string, unknown>;
  expected: string;
  records: number;
}

/** Raw records: bytes split at LF outside quotes, as text of one character a byte, so that they can be counted. */
function records(bytes: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(bytes);
  const found = [];
  let begin = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (text[i] === "\n" && !quoted) {
      found.push(text.slice(begin, i));
      begin = i + 1;
    }
  }
  assert.equal(begin, text.length, "the last record ends in LF");
  return found;
}

Deno.test({
  name: `all cases give the expected files, byte for byte ${NEEDS_INPUTS}`,
  ignore: lacksInputs("cases/cases.json"),
  fn: async (t) => {
    const cases: Case[] = JSON.parse(await Deno.readTextFile(inputPath("cases/cases.json")));
    await using service = await startService({ MAX_UNFINISHED_JOBS: "1000" });
    for (
      const table of [
        "cgac",
        "frec",
        "detached_award_procurement",
        "published_fabs",
        "sf_133",
        "tas_lookup",
        "tas_failed_edits",
        "submission_window_schedule",
      ]
    ) {
      await loadFiles({
        databaseUrl: service.db.url,
        source: `table:${table}`,
        files: [inputPath(`cases/tables/${table}.csv`)],
        loadedBy: "tests",
      });
    }
    await service.worker();
    const asked = new Map<Case, number>();
    for (const one of cases) asked.set(one, (await service.request(one.body)).job_id);
    for (const [one, jobId] of asked) {
      await t.step(one.name, async () => {
        const status = await service.ended(jobId);
        assert.deepEqual([status.status, status.rows], ["finished", one.records]);
        const file = await (await fetch(status.url)).bytes();
        const expected = await Deno.readFile(inputPath(`cases/${one.expected}`));
        const [header, ...body] = records(file);
        const [expectedHeader, ...expectedBody] = records(expected);
        assert.equal(header, expectedHeader);
        assert.deepEqual(body.sort(), expectedBody.sort());
      });
    }
  },
});
