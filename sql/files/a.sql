-- File A: appropriation accounts of a fiscal year ($1) and period ($2) that belong to the asking agency ($3).
-- Whose an account is, is told by sf_133 (the comment "belongs" stands for the condition of
-- lib/files/account_owner.ts, $4 to $8); tas_lookup gives
-- the entity, the financing accounts, and how often an account counts. The comments "among" stand for a choice of accounts, where
-- the file's first records are looked at alone (a_first.sql).
WITH account AS (
  SELECT sf_133.*
  FROM sf_133 JOIN tas_lookup USING (tas)
  CROSS JOIN LATERAL (
    SELECT sf_133.allocation_transfer_agency AS ata, sf_133.agency_identifier AS aid, sf_133.display_tas,
      tas_lookup.fr_entity_type
  ) AS owner
  WHERE sf_133.fiscal_year = $1 AND sf_133.period = $2
    AND tas_lookup.financial_indicator2 IS DISTINCT FROM 'F' /*belongs*/ /*among sf_133.tas*/
),
submission_window AS (
  SELECT period_start > (now() AT TIME ZONE 'UTC') AS is_to_come
  FROM submission_window_schedule
  WHERE year = $1 AND period = $2
),
-- The FATAL failure that counts for an account: the first by status F, E, P, C, anything else.
fatal_failure AS (
  SELECT DISTINCT ON (tas) tas, atb_submission_status AS status, approved_override_exists AS override_exists
  FROM tas_failed_edits
  WHERE fiscal_year = $1 AND period = $2 AND upper(severity) = 'FATAL' /*among tas*/
  ORDER BY tas, array_position(ARRAY['F', 'E', 'P', 'C'], atb_submission_status) NULLS LAST, approved_override_exists
),
status_by_account AS (
  SELECT account.*,
    CASE
      WHEN NOT EXISTS (SELECT FROM submission_window) THEN NULL
      WHEN (SELECT is_to_come FROM submission_window) THEN 'GTAS window open'
      WHEN NOT EXISTS (SELECT FROM tas_failed_edits WHERE fiscal_year = $1 AND period = $2) THEN NULL
      WHEN fatal_failure.tas IS NULL THEN 'passed required edits'
      WHEN NOT override_exists THEN 'failed fatal edit - no override'
      WHEN override_exists AND status = 'F' THEN 'failed fatal edit - override'
      WHEN override_exists AND status = 'E' THEN 'passed required edits - override'
      WHEN override_exists AND status = 'P' THEN 'pending certification - override'
      WHEN override_exists AND status = 'C' THEN 'certified - override'
      ELSE 'passed required edits - override'
    END AS gtas_status
  FROM account LEFT JOIN fatal_failure USING (tas)
),
file AS (
  SELECT
    allocation_transfer_agency,
    agency_identifier,
    beginning_period_of_availa,
    ending_period_of_availabil,
    availability_type_code,
    main_account_code,
    sub_account_code,
    coalesce(sum(amount) FILTER (WHERE line = 1910), 0) AS total_budgetary_resources_cpe,
    coalesce(sum(amount) FILTER (WHERE line IN (1160, 1180, 1260, 1280)), 0) AS budget_authority_appropria_cpe,
    coalesce(sum(amount) FILTER (WHERE line = 1000), 0) AS budget_authority_unobligat_fyb,
    coalesce(sum(amount) FILTER (WHERE line BETWEEN 1010 AND CASE WHEN $1 > 2020 THEN 1067 ELSE 1042 END), 0)
      AS adjustments_to_unobligated_cpe,
    coalesce(sum(amount) FILTER (WHERE line IN (1540, 1640, 1340, 1440, 1750, 1850)), 0)
      AS other_budgetary_resources_cpe,
    coalesce(sum(amount) FILTER (WHERE line IN (1540, 1640)), 0) AS contract_authority_amount_cpe,
    coalesce(sum(amount) FILTER (WHERE line IN (1340, 1440)), 0) AS borrowing_authority_amount_cpe,
    coalesce(sum(amount) FILTER (WHERE line IN (1750, 1850)), 0) AS spending_authority_from_of_cpe,
    coalesce(sum(amount) FILTER (WHERE line = 2500), 0) AS status_of_budgetary_resour_cpe,
    coalesce(sum(amount) FILTER (WHERE line = 2190), 0) AS obligations_incurred_total_cpe,
    coalesce(sum(amount) FILTER (WHERE line = 3020), 0) AS gross_outlay_amount_by_tas_cpe,
    coalesce(sum(amount) FILTER (WHERE line = 2490), 0) AS unobligated_balance_cpe,
    coalesce(sum(amount) FILTER (WHERE line IN (1021, 1033)), 0) AS deobligations_recoveries_r_cpe,
    gtas_status
  FROM status_by_account
  GROUP BY 1, 2, 3, 4, 5, 6, 7, gtas_status
)
SELECT /*columns*/
FROM file
ORDER BY allocation_transfer_agency, agency_identifier, beginning_period_of_availa, ending_period_of_availabil,
  availability_type_code, main_account_code, sub_account_code, gtas_status
