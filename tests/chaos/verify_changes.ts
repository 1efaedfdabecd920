import { createHash } from "node:crypto";
import { applyChanges, type ModelIdentity, takeApart } from "../helpers/changes_model.ts";
import { fetchText } from "./fetch_file.ts";
import type { Journal } from "./journal.ts";
import type { Loads } from "./loads.ts";
import { LOADED } from "./requests.ts";
import type { Finished } from "./verify_jobs.ts";

/** What verifying changes needs. */
export interface VerifyChangesOptions {
  /** The finished jobs for whole files. */
  whole: readonly Finished[];
  loads: Loads;
  journal: Journal;
}

/**
 * By which columns records are told apart, and how many of the first they are ordered by (files.md,
 * "Changes").
 */
const KEYS: Readonly<Record<string, string>> = {
  D1: "ContractTransactionUniqueKey",
  D2: "AssistanceTransactionUniqueKey",
};
const ACCOUNT_COLUMNS = 7;

/**
 * Holds every file of changes to its promise: the earlier file and the changes are the file of the data that
 * they say they were made on. Where no load changes the file, they are a header.
 *
 * @returns how many there were
 */
export async function verifyChanges(
  finished: readonly Finished[],
  options: VerifyChangesOptions,
): Promise<number> {
  for (const one of finished) {
    const wrong = await wrongWith(one, options);
    if (wrong) {
      options.journal.violation(
        `The changes of job ${one.job.id} (${JSON.stringify(one.job.body)}) ${wrong}`,
      );
    }
  }
  return finished.length;
}

async function wrongWith(one: Finished, { whole, loads }: VerifyChangesOptions): Promise<string | undefined> {
  const { job: { body }, status } = one;
  const earlier = whole.find(({ job }) => job.id === body["since_job_id"]);
  if (!earlier) return "are since a file that is not there any more.";
  const { added = 0, changed = 0, removed = 0 } = status.changes ?? {};
  const total = added + changed + removed;
  if (status.rows !== total) return `have ${status.rows} rows, and are ${total} changes.`;
  const delimiter = body["file_format"] === "txt" ? "|" : ",";
  const fetched = await fetchText(one);
  if ("wrong" in fetched) return fetched.wrong;
  const changes = takeApart(fetched.text, delimiter);
  if (changes.records.length !== total) return `hold ${changes.records.length} records, and are ${total}.`;
  const loaded = LOADED.find((body) => JSON.stringify(body) === JSON.stringify(earlier.job.body));
  if (!loaded) return total > 0 ? `tell of ${total}, though nothing was loaded for the file.` : undefined;
  const before = await fetchText(earlier);
  if ("wrong" in before) return before.wrong;
  const file = takeApart(before.text, delimiter);
  const now = applyChanges(file, changes, identity(body.file_type, file.header.split(delimiter)));
  const expected = loads.expected(loaded, status.data_as_of ?? "");
  if (!expected) return `say that their data was loaded at ${status.data_as_of}, when nothing was.`;
  const sha256 = createHash("sha256").update(now).digest("hex");
  return sha256 === expected.sha256
    ? undefined
    : `do not make the file of ${status.data_as_of} of that of job ${earlier.job.id}, of ${earlier.status.data_as_of}.`;
}

function identity(fileType: string, header: string[]): ModelIdentity {
  const name = KEYS[fileType];
  if (name === undefined) {
    const columns = Array.from({ length: ACCOUNT_COLUMNS }, (_, i) => i);
    return { key: columns, place: columns };
  }
  const key = header.indexOf(name);
  return { key: [key], place: [header.indexOf("ActionDate"), key] };
}
