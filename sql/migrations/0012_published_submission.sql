-- Which submission an agency's published File B of a period is: one rule, for the API that refuses requests without one and for
-- the query of file BOC.

CREATE VIEW published_submission AS
SELECT agency.code AS agency_code, reporting_fiscal_year AS fiscal_year, reporting_fiscal_period AS period,
  max(submission_id) AS submission_id
FROM submission
CROSS JOIN LATERAL (VALUES (cgac_code, 3), (frec_code, 4)) AS agency (code, length)
-- Published, or updated since: its File B is then still the one that was published last.
WHERE publish_status_id IN (2, 3) AND length(agency.code) = agency.length
GROUP BY 1, 2, 3;
COMMENT ON VIEW published_submission IS
  'The newest published submission of each agency, CGAC or FREC, for a fiscal year and period.';

REVOKE SELECT ON submission FROM detached_api, detached_worker;
GRANT SELECT ON published_submission TO detached_api, detached_worker;
