-- Where a file A begins: a row for each account that a record of it is of, in the file's order, with every "tas" that its amounts
-- stand under, again and again. The same accounts as in a.sql, with the same parameters.
SELECT array_agg(tas)
FROM sf_133 JOIN tas_lookup USING (tas)
CROSS JOIN LATERAL (
  SELECT sf_133.allocation_transfer_agency AS ata, sf_133.agency_identifier AS aid, sf_133.display_tas,
    tas_lookup.fr_entity_type
) AS owner
WHERE sf_133.fiscal_year = $1 AND sf_133.period = $2
  AND tas_lookup.financial_indicator2 IS DISTINCT FROM 'F' /*belongs*/
GROUP BY sf_133.allocation_transfer_agency, sf_133.agency_identifier, sf_133.beginning_period_of_availa,
  sf_133.ending_period_of_availabil, sf_133.availability_type_code, sf_133.main_account_code, sf_133.sub_account_code
ORDER BY sf_133.allocation_transfer_agency, sf_133.agency_identifier, sf_133.beginning_period_of_availa,
  sf_133.ending_period_of_availabil, sf_133.availability_type_code, sf_133.main_account_code, sf_133.sub_account_code
