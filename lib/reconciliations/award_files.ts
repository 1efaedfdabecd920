import type { Transaction } from "../db.ts";
import type { AwardRequest } from "../files/award_file.ts";
import { d1 } from "../files/d1.ts";
import { d2 } from "../files/d2.ts";
import { type FileType, selecting, unordered } from "../files/file_type.ts";
import type { CReconciliation } from "./c_diff.ts";
import { WHITE_SPACE } from "./cells.ts";

/** What a cell of a file says, as `cleaned` has it for the cells of an upload; $4 is white space. */
const cleaned = (column: string): string =>
  `nullif(
    CASE WHEN btrim(${column}, $4) LIKE '"%' AND btrim(${column}, $4) LIKE '%"'
      THEN btrim(btrim(btrim(${column}, $4), '"'), $4)
      ELSE btrim(${column}, $4)
    END, '')`;

/**
 * The records of an award file that the same agency would ask for, in any order, some of its columns made
 * into others.
 */
function recordsOf(file: FileType<AwardRequest>, request: CReconciliation, columns: string) {
  const { query } = file.contents({ ...request, file_format: "csv", element_numbers: false });
  const { text, values } = selecting(columns, unordered(query));
  return { text, values: [...values, WHITE_SPACE] };
}

/** Puts the contracts of File D1 that can be found, those with a PIID, into the table `contract`. */
export async function stageContracts(tx: Transaction, request: CReconciliation): Promise<void> {
  const file = recordsOf(
    d1,
    request,
    `detached_award_proc_unique AS transaction_key, ${cleaned("piid")} AS piid,
    ${cleaned("parent_award_id")} AS parent_award_id, federal_action_obligation AS fao`,
  );
  await tx.unsafe(
    `INSERT INTO contract (transaction_key, piid, parent_award_id, fao)
    SELECT * FROM (${file.text}) AS file WHERE piid IS NOT NULL`,
    file.values,
  );
  await tx.unsafe("ANALYZE contract");
}

/**
 * Puts the assistance of File D2 that can be found into the table `assistance`: by its URI where it is of
 * record type 1, by its FAIN where it is of 2 or 3.
 */
export async function stageAssistance(tx: Transaction, request: CReconciliation): Promise<void> {
  const file = recordsOf(
    d2,
    request,
    `afa_generated_unique AS transaction_key, record_type, ${cleaned("fain")} AS fain, ${
      cleaned("uri")
    } AS uri,
    ${
      cleaned("assistance_type")
    } AS type, federal_action_obligation AS fao, original_loan_subsidy_cost AS olsc`,
  );
  await tx.unsafe(
    `INSERT INTO assistance (transaction_key, record_type, fain, uri, has_type, is_loan, fao, olsc)
    SELECT transaction_key, record_type, fain, uri, type IS NOT NULL, coalesce(type IN ('07', '08', 'F003', 'F004'), false),
      fao, olsc
    FROM (${file.text}) AS file
    WHERE CASE record_type WHEN 1 THEN uri WHEN 2 THEN fain WHEN 3 THEN fain END IS NOT NULL`,
    file.values,
  );
  await tx.unsafe("ANALYZE assistance");
}
