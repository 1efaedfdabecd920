-- C9: an assistance transaction of File D2 whose award File C does not have. It is due where it has an assistance type and
-- an amount: of loans a subsidy cost above 0, of others an obligation that is not 0. Any row of File C will do, of
-- allocation accounts too.
WITH due AS (
  SELECT *,
    CASE WHEN is_loan THEN format('an original loan subsidy cost of %s', olsc) ELSE format('an obligation of %s', fao) END
      AS amount
  FROM assistance
  WHERE has_type AND CASE WHEN is_loan THEN olsc > 0 ELSE fao <> 0 END
)
INSERT INTO finding (rule, fain, uri, treasury, difference, transaction_key, explanation)
SELECT 'C9', fain, uri, fao, fao, transaction_key,
  format('File D2 has %s for the award with URI %s, for which File C has no amount.', amount, uri)
FROM due
WHERE uri_key IS NOT NULL
  AND NOT EXISTS (SELECT FROM c_row WHERE c_row.uri_key = due.uri_key)
UNION ALL
SELECT 'C9', fain, uri, fao, fao, transaction_key,
  format('File D2 has %s for the award with FAIN %s, for which File C has no amount.', amount, fain)
FROM due
WHERE fain_key IS NOT NULL
  AND NOT EXISTS (SELECT FROM c_row WHERE c_row.fain_key = due.fain_key)
