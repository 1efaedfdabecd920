-- C23.2: a contract with a parent, in both files, whose sums are not opposite. Of File C own rows alone count.
INSERT INTO finding (rule, piid, parent_award_id, yours, treasury, difference, explanation)
SELECT 'C23.2', piid_key, parent_key, sum_toa, sum_fao, sum_toa + sum_fao,
  format(
    'For the contract with PIID %s under the parent award %s File C has %s in all and File D1 %s; they should add up to 0 and add up to %s.',
    piid_key, parent_key, sum_toa, sum_fao, sum_toa + sum_fao)
FROM (
  SELECT piid_key, parent_key, sum(toa) AS sum_toa
  FROM c_row WHERE is_own AND piid_key IS NOT NULL AND parent_key IS NOT NULL GROUP BY piid_key, parent_key
) AS yours
JOIN (
  SELECT piid_key, parent_key, coalesce(sum(fao), 0) AS sum_fao
  FROM contract WHERE parent_key IS NOT NULL GROUP BY piid_key, parent_key
) AS treasury USING (piid_key, parent_key)
WHERE sum_toa + sum_fao <> 0
