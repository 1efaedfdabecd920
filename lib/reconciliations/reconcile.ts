import differencesTables from "../../sql/reconciliations/tables.sql" with { type: "text" };
import { type ByteSource, ofChunks } from "../csv/byte_source.ts";
import type { Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";
import type { FileRequest, RecordQuery, Upload } from "../files/file_type.ts";
import type { PeriodRequest } from "../files/period_request.ts";
import { rulesOfA, stageA } from "./a_rules.ts";
import type { CReconciliation } from "./c_diff.ts";
import { rulesOfC, stageC } from "./c_rules.ts";
import { type Findings, rulesOf } from "./rules.ts";

// Joins and sums of a million records each; what does not fit goes to temporary files.
const SETTINGS = "SET LOCAL work_mem = '64MB'";

/** What a reconciliation does with one kind of upload. */
interface Work {
  /** Reads the upload and the other side into temporary tables. */
  stage(source: ByteSource): Promise<void>;
  /** The rules: each query adds what it finds to the table `finding`. */
  rules: readonly RecordQuery[];
}

/**
 * Holds an upload to the rules of its kind. What they find is then in temporary tables of the transaction,
 * from which the file's query (`differences`) reads it; they are gone when it ends.
 *
 * @param open opens the upload
 * @returns how many findings there are by rule; undefined where nothing was sent with the request
 * @throws {ServiceError} `upload_malformed`, and what reading the upload throws
 */
export async function reconcile(
  tx: Transaction,
  request: FileRequest,
  open: (upload: Upload) => AsyncIterator<Uint8Array>,
): Promise<Findings | undefined> {
  if (!request.upload) return undefined;
  const { stage, rules } = workOf(tx, request);
  await tx.unsafe(`${SETTINGS}; ${differencesTables}`);
  for (const [place, { code, severity }] of rulesOf[request.file_type]!.entries()) {
    await tx`INSERT INTO rule (code, severity, place) VALUES (${code}, ${severity}, ${place})`;
  }
  const chunks = open(request.upload);
  try {
    await stage(ofChunks(async () => {
      const { done, value } = await chunks.next();
      return done ? null : value;
    }));
  } catch (error) {
    // What is wrong with a file that is not the one that was sent any more is not its sender's fault: whoever
    // has opened it says so at its end.
    if (error instanceof ServiceError && error.code === "upload_malformed") {
      while (!(await chunks.next()).done);
    }
    throw error;
  } finally {
    await chunks.return?.();
  }
  for (const { text, values } of rules) await tx.unsafe(text, values);
  await tx.unsafe("ANALYZE finding");
  return await findings(tx);
}

function workOf(tx: Transaction, request: FileRequest): Work {
  return request.file_type === "C-DIFF"
    ? { stage: (source) => stageC(tx, request as CReconciliation, source), rules: rulesOfC }
    : {
      stage: (source) => stageA(tx, request as PeriodRequest, source),
      rules: rulesOfA(request as PeriodRequest),
    };
}

async function findings(tx: Transaction): Promise<Findings> {
  const rows = await tx<{ code: string; count: string }[]>`
    SELECT code, count(finding.rule) FROM rule LEFT JOIN finding ON finding.rule = rule.code
    GROUP BY code, place ORDER BY place`;
  return Object.fromEntries(rows.map(({ code, count }) => [code, Number(count)]));
}
