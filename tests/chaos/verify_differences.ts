import { isDeepStrictEqual } from "node:util";
import type { Sql } from "../../lib/db.ts";
import { reconciled } from "../helpers/reconciled.ts";
import { fetchText } from "./fetch_file.ts";
import type { Journal } from "./journal.ts";
import { textOf } from "./uploads.ts";
import type { Finished } from "./verify_jobs.ts";

/**
 * Holds every file of differences to what its upload comes to without faults, byte for byte, and to what was
 * planted in it. No load changes the data that any of them is held against.
 *
 * @returns how many there were
 */
export async function verifyDifferences(
  finished: readonly Finished[],
  { sql, journal }: { sql: Sql; journal: Journal },
): Promise<number> {
  for (const one of finished) {
    const { job: { id, body, upload }, status: { findings } } = one;
    const what = `The file of differences of job ${id} (${JSON.stringify(body)})`;
    const fetched = await fetchText(one);
    if ("wrong" in fetched) {
      journal.violation(`${what} ${fetched.wrong}`);
      continue;
    }
    const expected = await reconciled(sql, body, textOf(upload!));
    if (fetched.text !== expected.text) {
      journal.violation(`${what} is not what its upload comes to: ${fetched.text.slice(0, 2000)}`);
    }
    if (!isDeepStrictEqual(findings, expected.findings)) {
      journal.violation(
        `${what} has the findings ${JSON.stringify(findings)} instead of ${
          JSON.stringify(expected.findings)
        }.`,
      );
    }
    if (body.file_type === "C-DIFF" && findings?.["C11"] !== upload!.planted) {
      journal.violation(
        `${what} found ${findings?.["C11"]} of ${upload!.planted} contracts that nobody has.`,
      );
    }
  }
  return finished.length;
}
