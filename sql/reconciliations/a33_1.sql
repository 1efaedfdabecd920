-- A33.1: an account of the agency in SF-133 of a fiscal year ($1) and period ($2) that File A does not have. Whose an account
-- is, is told as for File A (the comment "belongs" stands for the condition of lib/files/account_owner.ts, $3 to $8), but
-- of the one account of CARS that the row is linked to; and a financing account is one in either letter case.
INSERT INTO finding (
  rule, tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa, ending_period_of_availabil,
  availability_type_code, main_account_code, sub_account_code, explanation
)
SELECT DISTINCT 'A33.1', sf_133.display_tas, sf_133.allocation_transfer_agency, sf_133.agency_identifier,
  sf_133.beginning_period_of_availa, sf_133.ending_period_of_availabil, sf_133.availability_type_code,
  sf_133.main_account_code, sf_133.sub_account_code,
  format('SF-133 has the account %s among those of the agency, and File A does not.',
    coalesce(sf_133.display_tas, '(which has no name)'))
FROM sf_133 LEFT JOIN tas_lookup USING (account_num)
CROSS JOIN LATERAL (
  SELECT sf_133.allocation_transfer_agency AS ata, sf_133.agency_identifier AS aid, sf_133.display_tas,
    tas_lookup.fr_entity_type
) AS owner
WHERE sf_133.fiscal_year = $1 AND sf_133.period = $2
  AND upper(tas_lookup.financial_indicator2) IS DISTINCT FROM 'F' /*belongs*/
  AND NOT EXISTS (SELECT FROM a_row WHERE a_row.tas = sf_133.display_tas)
