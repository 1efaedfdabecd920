-- A32: an account that File A has more than once. Accounts that CARS does not have are not compared.
INSERT INTO finding (
  rule, row_number, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code, explanation
)
SELECT 'A32', row_number, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code,
  format('File A has the account %s %s times, and may have it once.', tas, count)
FROM (
  SELECT *, count(*) OVER (PARTITION BY account_num) FROM a_row WHERE account_num IS NOT NULL
) AS linked
WHERE count > 1
