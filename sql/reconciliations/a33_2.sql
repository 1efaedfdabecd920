-- A33.2: an account of File A with an amount that is in no row of SF-133 of the fiscal year ($1) and period ($2), of whatever
-- agency. Financing accounts are not looked at. The amount brought forward from the year before is not one of those that
-- count.
INSERT INTO finding (
  rule, row_number, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code, explanation
)
SELECT 'A33.2', row_number, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code,
  format('File A has amounts for the account %s, which is not in SF-133 of this period.', coalesce(tas, '(blank)'))
FROM a_row
WHERE NOT is_financing AND has_amount
  AND NOT EXISTS (
    SELECT FROM sf_133 WHERE fiscal_year = $1 AND period = $2 AND sf_133.display_tas = a_row.tas
  )
