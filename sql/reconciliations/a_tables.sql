-- The records of an uploaded File A. The table is gone when its transaction ends.
CREATE TEMP TABLE a_row (
  row_number bigint NOT NULL,
  -- Why the record is left out; such rows are taken away before a rule looks.
  fault text,
  -- The account as tables are joined by it, and as people read it.
  account text,
  tas text,
  allocation_transfer_agency text,
  agency_identifier text,
  beginning_period_of_availa text,
  ending_period_of_availabil text,
  availability_type_code text,
  main_account_code text,
  sub_account_code text,
  adjustments_to_unobligated_cpe numeric,
  borrowing_authority_amount_cpe numeric,
  budget_authority_appropria_cpe numeric,
  total_budgetary_resources_cpe numeric,
  budget_authority_unobligat_fyb numeric,
  contract_authority_amount_cpe numeric,
  deobligations_recoveries_r_cpe numeric,
  gross_outlay_amount_by_tas_cpe numeric,
  obligations_incurred_total_cpe numeric,
  other_budgetary_resources_cpe numeric,
  spending_authority_from_of_cpe numeric,
  status_of_budgetary_resour_cpe numeric,
  unobligated_balance_cpe numeric,
  -- The account of CARS that it is linked to.
  account_num integer,
  is_financing boolean NOT NULL DEFAULT false,
  -- Whether one of its amounts is not 0, other than the one brought forward from the year before.
  has_amount boolean GENERATED ALWAYS AS (
    coalesce(adjustments_to_unobligated_cpe, 0) <> 0
    OR coalesce(borrowing_authority_amount_cpe, 0) <> 0
    OR coalesce(budget_authority_appropria_cpe, 0) <> 0
    OR coalesce(total_budgetary_resources_cpe, 0) <> 0
    OR coalesce(contract_authority_amount_cpe, 0) <> 0
    OR coalesce(deobligations_recoveries_r_cpe, 0) <> 0
    OR coalesce(gross_outlay_amount_by_tas_cpe, 0) <> 0
    OR coalesce(obligations_incurred_total_cpe, 0) <> 0
    OR coalesce(other_budgetary_resources_cpe, 0) <> 0
    OR coalesce(spending_authority_from_of_cpe, 0) <> 0
    OR coalesce(status_of_budgetary_resour_cpe, 0) <> 0
    OR coalesce(unobligated_balance_cpe, 0) <> 0
  ) STORED
) ON COMMIT DROP;
