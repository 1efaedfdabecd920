/** Runs cases (requests and the exact files they must give) through a real API and worker. */
import assert from "node:assert/strict";
import { checkCases, loadTables } from "../helpers/cases.ts";
import { inputPath, lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { startService } from "../helpers/service.ts";

const AGENCIES = ["cgac", "frec"];
const ACCOUNTS = [...AGENCIES, "sf_133", "tas_lookup", "tas_failed_edits", "submission_window_schedule"];

const sets = [
  {
    folder: "cases",
    of: "D1, D2 and A",
    tables: [...ACCOUNTS, "detached_award_procurement", "published_fabs"],
  },
  { folder: "cases/a_disagree", of: "A where SF-133 and CARS disagree", tables: ACCOUNTS },
  {
    folder: "cases/boc",
    of: "BOC",
    tables: [...AGENCIES, "tas_lookup", "submission", "published_object_class_program_activity", "gtas_boc"],
  },
];

for (const { folder, of, tables } of sets) {
  Deno.test({
    name: `all cases of ${of} give the expected files, byte for byte ${NEEDS_INPUTS}`,
    ignore: lacksInputs(`${folder}/cases.json`),
    fn: async (t) => {
      const read = JSON.parse(await Deno.readTextFile(inputPath(`${folder}/cases.json`)));
      await using service = await startService({ MAX_UNFINISHED_JOBS: "1000" });
      await loadTables(service, folder, tables);
      await service.worker();
      await checkCases(t, service, folder, read.cases ?? read);
      for (const { name, body, status } of read.refused ?? []) {
        await t.step(`${name} is refused`, async () => {
          const response = await service.api.send("POST", "/v1/generate_detached_file/", body);
          assert.equal(response.status, status, response.json.message);
        });
      }
    },
  });
}
