-- Agency codes of awards that no list of agencies has, with the number of rows. The codes are looked up one by one in an
-- index, because reading all rows for them would take minutes.
WITH RECURSIVE
contract_awarding AS (
  (SELECT awarding_agency_code AS code FROM detached_award_procurement
   WHERE awarding_agency_code IS NOT NULL ORDER BY 1 LIMIT 1)
  UNION ALL
  SELECT (SELECT awarding_agency_code FROM detached_award_procurement WHERE awarding_agency_code > code ORDER BY 1 LIMIT 1)
  FROM contract_awarding WHERE code IS NOT NULL
),
contract_funding AS (
  (SELECT funding_agency_code AS code FROM detached_award_procurement
   WHERE funding_agency_code IS NOT NULL ORDER BY 1 LIMIT 1)
  UNION ALL
  SELECT (SELECT funding_agency_code FROM detached_award_procurement WHERE funding_agency_code > code ORDER BY 1 LIMIT 1)
  FROM contract_funding WHERE code IS NOT NULL
),
assistance_awarding AS (
  (SELECT awarding_agency_code AS code FROM published_fabs
   WHERE is_active AND awarding_agency_code IS NOT NULL ORDER BY 1 LIMIT 1)
  UNION ALL
  SELECT (SELECT awarding_agency_code FROM published_fabs
          WHERE is_active AND awarding_agency_code > code ORDER BY 1 LIMIT 1)
  FROM assistance_awarding WHERE code IS NOT NULL
),
assistance_funding AS (
  (SELECT funding_agency_code AS code FROM published_fabs
   WHERE is_active AND funding_agency_code IS NOT NULL ORDER BY 1 LIMIT 1)
  UNION ALL
  SELECT (SELECT funding_agency_code FROM published_fabs
          WHERE is_active AND funding_agency_code > code ORDER BY 1 LIMIT 1)
  FROM assistance_funding WHERE code IS NOT NULL
),
found (source_table, source_column, code) AS (
  SELECT 'detached_award_procurement', 'awarding_agency_code', code FROM contract_awarding
  UNION ALL SELECT 'detached_award_procurement', 'funding_agency_code', code FROM contract_funding
  UNION ALL SELECT 'published_fabs', 'awarding_agency_code', code FROM assistance_awarding
  UNION ALL SELECT 'published_fabs', 'funding_agency_code', code FROM assistance_funding
),
unknown AS (
  SELECT * FROM found
  WHERE code IS NOT NULL
    AND NOT EXISTS (SELECT FROM cgac WHERE cgac_code = code) AND NOT EXISTS (SELECT FROM frec WHERE frec_code = code)
)
SELECT source_table, source_column, code,
  CASE WHEN source_table = 'published_fabs' AND source_column = 'awarding_agency_code' THEN
    (SELECT count(*) FROM published_fabs WHERE is_active AND awarding_agency_code = code)
  WHEN source_table = 'published_fabs' THEN
    (SELECT count(*) FROM published_fabs WHERE is_active AND funding_agency_code = code)
  WHEN source_column = 'awarding_agency_code' THEN
    (SELECT count(*) FROM detached_award_procurement WHERE awarding_agency_code = code)
  ELSE
    (SELECT count(*) FROM detached_award_procurement WHERE funding_agency_code = code)
  END::int AS rows
FROM unknown
ORDER BY source_table, source_column, code
