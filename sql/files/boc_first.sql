-- Where a file BOC begins: a row for each account that it may have records of, in the file's order. The same accounts as in
-- boc.sql, with the same parameters; those of GTAS whose amounts are of other USSGL accounts, or come to nothing, as well.
SELECT ARRAY[display_tas]
FROM (
  SELECT published.display_tas COLLATE "C" AS display_tas
  FROM published_submission
  JOIN published_object_class_program_activity AS published USING (submission_id)
  WHERE published_submission.agency_code = $3
    AND published_submission.fiscal_year = $1 AND published_submission.period = $2
    AND published.display_tas IS NOT NULL
  UNION
  SELECT tas_lookup.display_tas COLLATE "C"
  FROM tas_lookup
  CROSS JOIN LATERAL (
    SELECT tas_lookup.allocation_transfer_agency AS ata, tas_lookup.agency_identifier AS aid, tas_lookup.display_tas,
      tas_lookup.fr_entity_type
  ) AS owner
  WHERE upper(tas_lookup.financial_indicator2) IS DISTINCT FROM 'F' /*belongs*/
    AND EXISTS (
      SELECT FROM gtas_boc
      WHERE gtas_boc.fiscal_year = $1 AND gtas_boc.period = $2 AND gtas_boc.display_tas = tas_lookup.display_tas
    )
) AS account
ORDER BY account.display_tas
