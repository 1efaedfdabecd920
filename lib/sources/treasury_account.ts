import type { AccountParts } from "../account_parts.ts";
import { filled } from "../load/cells/cell_text.ts";
import { type Cells, code } from "../load/cells/cell_values.ts";

/**
 * The parts of an account as a file gives them: codes with their leading zeros (ATA, AID and sub 3 digits,
 * main 4), blanks `null`, an ATA of 000 `null`, because such an account is nobody's allocation. What does not
 * fit its place in the account is wrong.
 */
export function accountParts(record: Cells, zeros: "nobody's" | "kept" = "nobody's"): AccountParts {
  const ata = code(record, "allocation_transfer_agency", 3);
  return {
    allocation_transfer_agency: ata === "000" && zeros === "nobody's" ? null : ata,
    agency_identifier: code(record, "agency_identifier", 3),
    beginning_period_of_availa: year(record, "beginning_period_of_availa"),
    ending_period_of_availabil: year(record, "ending_period_of_availabil"),
    availability_type_code: availabilityType(record, "availability_type_code"),
    main_account_code: code(record, "main_account_code", 4),
    sub_account_code: code(record, "sub_account_code", 3),
  };
}

function year(record: Cells, column: keyof AccountParts): string | null {
  const value = filled(record.cell(column));
  if (value !== null && !/^\d{4}$/.test(value)) record.wrong(column, "a year of four digits");
  return value;
}

function availabilityType(record: Cells, column: keyof AccountParts): string | null {
  const value = filled(record.cell(column));
  if (value !== null && !/^[A-Za-z]$/.test(value)) record.wrong(column, "one letter, such as X");
  return value;
}

/** The account as one string of fixed places, by which the source tables are joined. */
export function tasOf(parts: AccountParts): string {
  return (parts.allocation_transfer_agency ?? "000") +
    (parts.agency_identifier ?? "000") +
    (parts.beginning_period_of_availa ?? "0000") +
    (parts.ending_period_of_availabil ?? "0000") +
    (parts.availability_type_code ?? " ") +
    (parts.main_account_code ?? "0000") +
    (parts.sub_account_code ?? "000");
}

/** The account as people read it, such as `020-X-5688-000` or `057-2021/2023-3021-000`. */
export function displayTasOf(parts: AccountParts): string {
  const period = [parts.beginning_period_of_availa, parts.ending_period_of_availabil].filter(Boolean).join(
    "/",
  );
  return [
    parts.allocation_transfer_agency,
    parts.agency_identifier,
    parts.availability_type_code ?? period,
    parts.main_account_code,
    parts.sub_account_code,
  ].filter(Boolean).join("-");
}
