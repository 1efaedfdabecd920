-- C23.4: an assistance award that is found by its URI (record type 1), in both files, whose sums are not opposite. Of loans the original subsidy
-- cost counts, of everything else the obligation, also where the assistance type is missing. Of File C own rows alone
-- count.
INSERT INTO finding (rule, uri, yours, treasury, difference, explanation)
SELECT 'C23.4', uri_key, sum_toa, sum_fao + sum_olsc, sum_toa + sum_fao + sum_olsc,
  format(
    'For the award with URI %s File C has %s in all and File D2 obligations of %s and loan subsidy costs of %s; they should add up to 0 and add up to %s.',
    uri_key, sum_toa, sum_fao, sum_olsc, sum_toa + sum_fao + sum_olsc)
FROM (
  SELECT uri_key, sum(toa) AS sum_toa
  FROM c_row WHERE is_own AND uri_key IS NOT NULL GROUP BY uri_key
) AS yours
JOIN (
  SELECT uri_key,
    coalesce(sum(fao) FILTER (WHERE NOT is_loan), 0) AS sum_fao,
    coalesce(sum(olsc) FILTER (WHERE is_loan), 0) AS sum_olsc
  FROM assistance WHERE uri_key IS NOT NULL GROUP BY uri_key
) AS treasury USING (uri_key)
WHERE sum_toa + sum_fao + sum_olsc <> 0
