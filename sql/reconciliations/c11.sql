-- C11: a contract of File C that File D1 does not have. Own rows alone count. A row without a parent is content with the
-- PIID under any parent; one with a parent wants that one.
INSERT INTO finding (rule, row_number, piid, parent_award_id, tas, yours, difference, explanation)
SELECT 'C11', row_number, piid, parent_award_id, tas, toa, toa,
  format('File C has %s for the contract with PIID %s, which File D1 does not have for this agency and these dates.',
    toa, piid)
FROM c_row
WHERE is_own AND piid IS NOT NULL AND parent_key IS NULL
  AND NOT EXISTS (SELECT FROM contract WHERE contract.piid_key = c_row.piid_key)
UNION ALL
SELECT 'C11', row_number, piid, parent_award_id, tas, toa, toa,
  format(
    'File C has %s for the contract with PIID %s under the parent award %s, which File D1 does not have for this agency and these dates.',
    toa, piid, parent_award_id)
FROM c_row
WHERE is_own AND piid IS NOT NULL AND parent_key IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM contract WHERE contract.piid_key = c_row.piid_key AND contract.parent_key = c_row.parent_key
  )
