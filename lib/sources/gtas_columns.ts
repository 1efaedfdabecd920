import type { KnownColumn } from "../load/header/header.ts";

/** An account's parts, its fiscal year and its period, with their headers in the files of GTAS. */
export const accountColumns: KnownColumn[] = [
  { name: "allocation_transfer_agency", headers: ["ATA"], required: true },
  { name: "agency_identifier", headers: ["AID"], required: true },
  { name: "availability_type_code", headers: ["Availability Type Code"], required: true },
  { name: "beginning_period_of_availa", headers: ["BPOA"], required: true },
  { name: "ending_period_of_availabil", headers: ["EPOA"], required: true },
  { name: "main_account_code", headers: ["Main Account"], required: true },
  { name: "sub_account_code", headers: ["Sub Account"], required: true },
  { name: "fiscal_year", headers: ["Fiscal Year"], required: true },
  { name: "period", headers: ["Period"], required: true },
];

/**
 * A Disaster Emergency Fund Code as it is compared: in capitals, and `QQQ`, which GTAS also writes for it, as
 * `Q`.
 */
export const emergencyCode = (code: string | null): string | null =>
  code?.toUpperCase().replaceAll("QQQ", "Q") ?? null;
