-- What there must be before an agency's ($3) File B of a fiscal year ($1) and period ($2) can be compared with GTAS, and is
-- not. The comment "published" stands for boc_submission.sql.
SELECT format('published submission of %s', $3::text) WHERE (/*published*/) IS NULL
UNION ALL
SELECT 'GTAS data by object class (of any agency)'
WHERE NOT EXISTS (SELECT FROM gtas_boc WHERE fiscal_year = $1 AND period = $2)
