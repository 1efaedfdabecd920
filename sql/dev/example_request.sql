-- The agency and calendar quarter with the most contract transactions among the first ones found.
SELECT
  cgac_code,
  to_char(quarter, 'MM/DD/YYYY') AS start,
  to_char(quarter + interval '3 months - 1 day', 'MM/DD/YYYY') AS "end"
FROM (
  SELECT cgac_code, date_trunc('quarter', action_date::timestamp) AS quarter
  FROM (SELECT awarding_agency_code, action_date FROM detached_award_procurement LIMIT 20000) AS first_ones
  JOIN cgac ON cgac_code = awarding_agency_code
) AS transactions
GROUP BY cgac_code, quarter
ORDER BY count(*) DESC, cgac_code, quarter
LIMIT 1
