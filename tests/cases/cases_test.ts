/** Runs cases that were made elsewhere (requests and the exact files they must give) through a real API and worker. */
import assert from "node:assert/strict";
import { checkCases, loadTables, readCases } from "../helpers/cases.ts";
import { startService } from "../helpers/service.ts";

const AGENCIES = ["cgac", "frec"];
const ACCOUNTS = [...AGENCIES, "sf_133", "tas_lookup", "tas_failed_edits", "submission_window_schedule"];

const sets = [
  {
    path: "cases",
    what: "D1, D2 and A",
    tables: [...ACCOUNTS, "detached_award_procurement", "published_fabs"],
  },
  { path: "cases/a_disagree", what: "A where SF-133 and CARS disagree", tables: ACCOUNTS },
  {
    path: "cases/boc",
    what: "BOC",
    tables: [...AGENCIES, "tas_lookup", "submission", "published_object_class_program_activity", "gtas_boc"],
  },
];

for (const { path, what, tables } of sets) {
  const { folder, cases, refused } = readCases(path);
  Deno.test({
    name: folder
      ? `all ${cases.length} cases of ${what} give the expected files, byte for byte`
      : `the cases of ${what}: left out, for they are not here`,
    ignore: !folder,
    fn: async (t) => {
      await using service = await startService({ MAX_UNFINISHED_JOBS: "1000" });
      await loadTables(service, folder!, tables);
      await service.worker();
      await checkCases(t, service, folder!, cases);
      for (const { name, body, status } of refused) {
        await t.step(`${name} is refused`, async () => {
          const answer = await service.api.send("POST", "/v1/generate_detached_file/", body);
          assert.equal(answer.status, status, answer.json.message);
        });
      }
    },
  });
}
