-- The submission whose published File B an agency's ($3) figures of a fiscal year ($1) and period ($2) are compared with: the
-- newest that is published (2), or was changed since (3).
SELECT max(submission_id)
FROM submission
WHERE reporting_fiscal_year = $1 AND reporting_fiscal_period = $2 AND publish_status_id IN (2, 3)
  AND CASE length($3) WHEN 3 THEN cgac_code ELSE frec_code END = $3
