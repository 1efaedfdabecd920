import { ACCOUNT_PARTS } from "../account_parts.ts";
import { filled } from "../load/cells/cell_text.ts";
import { yearAndPeriod, yesOrNo } from "../load/cells/cell_values.ts";
import { type KnownColumn, loosely, matchHeader, recognisesRequired } from "../load/header/header.ts";
import { replacePeriods } from "../load/merge/replace.ts";
import type { Source } from "../load/source.ts";
import { ValueEncoder } from "../load/cells/value_encoder.ts";
import { accountColumns } from "./gtas_columns.ts";
import { accountParts, displayTasOf, tasOf } from "./treasury_account.ts";

const TEXTS: KnownColumn[] = [
  { name: "fr_entity_type", headers: ["FR Entity"], required: false },
  { name: "fr_entity_description", headers: ["FR Entity Title"], required: false },
  { name: "edit_number", headers: ["Edit Number"], required: false },
  { name: "edit_id", headers: ["Edit ID"], required: false },
  { name: "severity", headers: ["Fatal/Proposed"], required: true },
  { name: "atb_submission_status", headers: ["ATB Submission Status"], required: true },
];
const OVERRIDE = "approved_override_exists";

const columns: KnownColumn[] = [
  ...accountColumns,
  ...TEXTS,
  { name: "result_type", headers: ["Result Type"], required: false },
  { name: OVERRIDE, headers: ["Approved Edit Override Exists"], required: true },
];

const FED = [
  ...ACCOUNT_PARTS,
  "tas",
  "display_tas",
  "fiscal_year",
  "period",
  ...TEXTS.map((column) => column.name),
  OVERRIDE,
];

/**
 * GTAS failed edits, which make the GTASStatus of file A. The periods of a file replace those that are there.
 */
export const failedEdits: Source = {
  name: "failed-edits",
  title: "a GTAS failed edits file",
  tables: ["tas_failed_edits"],
  repeat: "ever",
  mayBeEmpty: false,
  recognises: recognisesRequired(columns),
  prepare: () =>
    Promise.resolve({
      staging: { table: "tas_failed_edits", columns: FED },
      encoderFor(header, { ignoreUnknownColumns }) {
        const found = matchHeader(header, columns, loosely, { ignoreUnknown: ignoreUnknownColumns });
        return new ValueEncoder(FED, found, (record) => {
          const parts = accountParts(record);
          return [
            ...ACCOUNT_PARTS.map((part) => parts[part]),
            tasOf(parts),
            displayTasOf(parts),
            ...yearAndPeriod(record, "fiscal_year", "period"),
            ...TEXTS.map((column) => filled(record.cell(column.name))),
            yesOrNo(record, OVERRIDE),
          ];
        });
      },
      merge: (session, staging, merged) =>
        replacePeriods(session, {
          table: "tas_failed_edits",
          id: "tas_failed_edits_id",
          columns: FED,
          staging,
          merged,
        }),
    }),
};
