-- Where a file A begins: a row for each account that a record of it is of, in the file's order, with every "tas" that its amounts
-- stand under. The same accounts as in a.sql, with the same parameters; an index gives them in order, each once.
SELECT array_agg(tas)
FROM (
  SELECT DISTINCT allocation_transfer_agency, agency_identifier, beginning_period_of_availa, ending_period_of_availabil,
    availability_type_code, main_account_code, sub_account_code, tas, display_tas
  FROM sf_133
  WHERE fiscal_year = $1 AND period = $2
) AS sf_133
JOIN tas_lookup USING (tas)
CROSS JOIN LATERAL (
  SELECT sf_133.allocation_transfer_agency AS ata, sf_133.agency_identifier AS aid, sf_133.display_tas,
    tas_lookup.fr_entity_type
) AS owner
WHERE tas_lookup.financial_indicator2 IS DISTINCT FROM 'F' /*belongs*/
GROUP BY sf_133.allocation_transfer_agency, sf_133.agency_identifier, sf_133.beginning_period_of_availa,
  sf_133.ending_period_of_availabil, sf_133.availability_type_code, sf_133.main_account_code, sf_133.sub_account_code
ORDER BY sf_133.allocation_transfer_agency, sf_133.agency_identifier, sf_133.beginning_period_of_availa,
  sf_133.ending_period_of_availabil, sf_133.availability_type_code, sf_133.main_account_code, sf_133.sub_account_code
