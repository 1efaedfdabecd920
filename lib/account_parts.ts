/** The parts of a Treasury account in the order of the account, as tables and files name them. */
export const ACCOUNT_PARTS = [
  "allocation_transfer_agency",
  "agency_identifier",
  "beginning_period_of_availa",
  "ending_period_of_availabil",
  "availability_type_code",
  "main_account_code",
  "sub_account_code",
] as const;

/** A Treasury account by its parts; null where it has none. */
export type AccountParts = Record<(typeof ACCOUNT_PARTS)[number], string | null>;
