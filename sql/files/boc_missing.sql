-- What there must be before an agency's ($3) File B of a fiscal year ($1) and period ($2) can be compared
-- with GTAS, and is not.
SELECT format('published submission of %s', $3::text)
WHERE NOT EXISTS (
  SELECT FROM published_submission WHERE agency_code = $3 AND fiscal_year = $1 AND period = $2
)
UNION ALL
SELECT 'GTAS data by object class (of any agency)'
WHERE NOT EXISTS (SELECT FROM gtas_boc WHERE fiscal_year = $1 AND period = $2)
