-- C23.3: an assistance award that is found by its FAIN (record types 2 and 3), in both files, whose sums are not opposite. Of loans the original subsidy
-- cost counts, of everything else the obligation, also where the assistance type is missing. Of File C own rows alone
-- count.
INSERT INTO finding (rule, fain, yours, treasury, difference, explanation)
SELECT 'C23.3', fain_key, sum_toa, sum_fao + sum_olsc, sum_toa + sum_fao + sum_olsc,
  format(
    'For the award with FAIN %s File C has %s in all and File D2 obligations of %s and loan subsidy costs of %s; they should add up to 0 and add up to %s.',
    fain_key, sum_toa, sum_fao, sum_olsc, sum_toa + sum_fao + sum_olsc)
FROM (
  SELECT fain_key, sum(toa) AS sum_toa
  FROM c_row WHERE is_own AND fain_key IS NOT NULL GROUP BY fain_key
) AS yours
JOIN (
  SELECT fain_key,
    coalesce(sum(fao) FILTER (WHERE NOT is_loan), 0) AS sum_fao,
    coalesce(sum(olsc) FILTER (WHERE is_loan), 0) AS sum_olsc
  FROM assistance WHERE fain_key IS NOT NULL GROUP BY fain_key
) AS treasury USING (fain_key)
WHERE sum_toa + sum_fao + sum_olsc <> 0
