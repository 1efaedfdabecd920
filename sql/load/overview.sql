-- One row for each source table: about how many rows it has, the version of its data, and its newest action date. The latter
-- is looked up agency by agency at the end of an index, because a maximum over all rows would read them all.
WITH RECURSIVE
contract_agency AS (
  (SELECT awarding_agency_code AS code FROM detached_award_procurement
   WHERE awarding_agency_code IS NOT NULL ORDER BY 1 LIMIT 1)
  UNION ALL
  SELECT (SELECT awarding_agency_code FROM detached_award_procurement
          WHERE awarding_agency_code > code ORDER BY 1 LIMIT 1)
  FROM contract_agency WHERE code IS NOT NULL
),
assistance_agency AS (
  (SELECT awarding_agency_code AS code FROM published_fabs
   WHERE is_active AND awarding_agency_code IS NOT NULL ORDER BY 1 LIMIT 1)
  UNION ALL
  SELECT (SELECT awarding_agency_code FROM published_fabs
          WHERE is_active AND awarding_agency_code > code ORDER BY 1 LIMIT 1)
  FROM assistance_agency WHERE code IS NOT NULL
),
newest (source_table, action_date) AS (
  SELECT 'detached_award_procurement', max(last.action_date) FROM contract_agency, LATERAL (
    SELECT action_date FROM detached_award_procurement
    WHERE awarding_agency_code = code AND action_date IS NOT NULL ORDER BY action_date DESC LIMIT 1) last
  UNION ALL
  SELECT 'published_fabs', max(last.action_date) FROM assistance_agency, LATERAL (
    SELECT action_date FROM published_fabs
    WHERE is_active AND awarding_agency_code = code AND action_date IS NOT NULL ORDER BY action_date DESC LIMIT 1) last
)
SELECT name AS source_table, greatest(c.reltuples, 0)::bigint AS about_rows, d.version, d.loaded_at, d.is_sample,
  newest.action_date::text AS newest_action_date
FROM string_to_table($1, ',') name
JOIN pg_class c ON c.oid = to_regclass(name)
LEFT JOIN data_source d ON d.source_table = name
LEFT JOIN newest ON newest.source_table = name
ORDER BY name
