-- A33.3: an account of File A with an amount that was allocated to another agency than the asking one ($1): its ATA is not
-- the agency's CGAC, or that of the CGAC that its FREC belongs to. Defense (097) is four agencies. Financing accounts are
-- not looked at; nor is the amount brought forward from the year before.
WITH expected AS (
  SELECT coalesce(
    (SELECT cgac_code FROM frec JOIN cgac USING (cgac_id) WHERE frec_code = $1 LIMIT 1),
    $1
  ) AS ata
)
INSERT INTO finding (
  rule, row_number, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code, yours, treasury, explanation
)
SELECT 'A33.3', row_number, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code,
  allocation_transfer_agency, expected.ata,
  format('The account %s was allocated to agency %s, and this File A is of agency %s.', tas, allocation_transfer_agency,
    expected.ata)
FROM a_row CROSS JOIN expected
WHERE NOT is_financing AND has_amount
  AND allocation_transfer_agency <> ALL (
    CASE expected.ata WHEN '097' THEN ARRAY['017', '021', '057', '097'] ELSE ARRAY[expected.ata] END
  )
