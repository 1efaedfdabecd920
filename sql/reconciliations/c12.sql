-- C12: a contract transaction of File D1, with an obligation that is not 0, whose contract File C does not have. Any row of
-- File C will do, of allocation accounts too; but its parent must be the same, or both must have none.
INSERT INTO finding (rule, piid, parent_award_id, treasury, difference, transaction_key, explanation)
SELECT 'C12', piid, parent_award_id, fao, fao, transaction_key,
  format('File D1 has an obligation of %s for the contract with PIID %s %s, for which File C has no amount.', fao, piid,
    coalesce('under the parent award ' || parent_award_id, 'without a parent award'))
FROM contract
WHERE fao <> 0
  AND NOT EXISTS (
    SELECT FROM c_row
    -- No parent is ever the empty string.
    WHERE c_row.piid_key = contract.piid_key AND coalesce(c_row.parent_key, '') = coalesce(contract.parent_key, '')
  )
