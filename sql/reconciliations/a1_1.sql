-- A1.1: an account of File A that CARS does not have for this period.
INSERT INTO finding (
  rule, row_number, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code, explanation
)
SELECT 'A1.1', row_number, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code,
  format('The account %s is not in CARS, or was not valid there in this period.', coalesce(tas, '(blank)'))
FROM a_row
WHERE account_num IS NULL
