/**
 * Loads CARS lists and SF-133 files in turn; file A, and the rows behind it, must be the expected ones after
 * each stage.
 */
import assert from "node:assert/strict";
import { checkCases } from "../helpers/cases.ts";
import { copiedBytes } from "../helpers/copy_out.ts";
import { inputPath, lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { startService } from "../helpers/service.ts";
import { load } from "../helpers/sources.ts";

const folder = "cases/sf133_loader";

interface Step {
  load?: string;
  file?: string;
  force?: boolean;
  ask?: string;
  body?: Record<string, unknown>;
  expected?: string;
  records?: number;
  /**
   * What another service gives between a CARS list and its next SF-133 load: renamed accounts are nowhere.
   */
  between?: boolean;
}

Deno.test({
  name:
    `SF-133 files and CARS lists loaded in turn give the expected files A and rows, stage by stage ${NEEDS_INPUTS}`,
  ignore: lacksInputs(`${folder}/steps.json`),
  fn: async (t) => {
    const { steps }: { steps: Step[] } = JSON.parse(
      await Deno.readTextFile(inputPath(`${folder}/steps.json`)),
    );
    await using service = await startService({ MAX_UNFINISHED_JOBS: "1000" });
    await service.worker();
    while (steps.length > 0) {
      const loads = steps.splice(0, steps.findIndex((step) => step.ask));
      for (const { load: source, file, force = false } of loads) {
        const files = [inputPath(`${folder}/${file}`)];
        await load({
          databaseUrl: service.db.url,
          source: source!,
          files,
          force,
          loadedBy: "tests",
        });
      }
      const next = steps.findIndex((step) => step.load);
      const asked = steps.splice(0, next < 0 ? steps.length : next).filter((step) => !step.between);
      if (asked.length === 0) continue;
      const stage = asked[0]!.expected!.match(/s\d+/)![0];
      await t.step(`stage ${stage}`, async (t) => {
        const cases = asked.map(({ ask, body, expected, records }) => ({
          ...{ name: ask!, body: body!, expected: expected!, records: records! },
        }));
        await checkCases(t, service, folder, cases);
        await t.step("rows", async () => {
          const expected = await Deno.readTextFile(inputPath(`${folder}/expected/rows-${stage}.csv`));
          const [header, ...rows] = expected.trimEnd().split("\n");
          const copy = `COPY (SELECT ${header} FROM sf_133) TO STDOUT (FORMAT csv, FORCE_QUOTE *)`;
          const found = new TextDecoder().decode(await copiedBytes(service.db.url, copy));
          assert.deepEqual(found.trimEnd().split("\n").sort(), rows.sort());
        });
      });
    }
  },
});
