-- C23.1: a contract without a parent, in both files, whose sums are not opposite. Rows with a parent count on neither side;
-- of File C own rows alone.
INSERT INTO finding (rule, piid, yours, treasury, difference, explanation)
SELECT 'C23.1', piid_key, sum_toa, sum_fao, sum_toa + sum_fao,
  format('For the contract with PIID %s File C has %s in all and File D1 %s; they should add up to 0 and add up to %s.',
    piid_key, sum_toa, sum_fao, sum_toa + sum_fao)
FROM (
  SELECT piid_key, sum(toa) AS sum_toa
  FROM c_row WHERE is_own AND piid_key IS NOT NULL AND parent_key IS NULL GROUP BY piid_key
) AS yours
JOIN (
  SELECT piid_key, coalesce(sum(fao), 0) AS sum_fao
  FROM contract WHERE parent_key IS NULL GROUP BY piid_key
) AS treasury USING (piid_key)
WHERE sum_toa + sum_fao <> 0
