-- The schema `public` as lines of text, the same on every version of Postgres: tables with their columns, constraints,
-- indexes and triggers, then functions. Of a view only the columns: each version writes its query in its own way.
WITH relation AS (
  SELECT oid, relname, relkind FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
), line AS (
  SELECT relname AS part, 1 AS kind, 0 AS place, '' AS name,
    CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' ELSE 'table ' END || relname AS text
  FROM relation
  UNION ALL
  SELECT relname, 2, attnum, '', '  ' || concat_ws(' ',
    attname,
    format_type(atttypid, atttypmod),
    CASE WHEN attcollation <> typcollation THEN 'COLLATE ' || attcollation::regcollation END,
    CASE WHEN attnotnull THEN 'NOT NULL' END,
    CASE attidentity WHEN 'a' THEN 'IDENTITY ALWAYS' WHEN 'd' THEN 'IDENTITY BY DEFAULT' END,
    CASE WHEN attgenerated = 's' THEN 'GENERATED ' ELSE 'DEFAULT ' END || pg_get_expr(adbin, adrelid)
  )
  FROM relation
  JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
  JOIN pg_type ON pg_type.oid = atttypid
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  UNION ALL
  -- From Postgres 18 on NOT NULL is a constraint as well.
  SELECT relname, 3, 0, conname, '  constraint ' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
  FROM relation JOIN pg_constraint ON conrelid = relation.oid AND contype <> 'n'
  UNION ALL
  SELECT relname, 4, 0, indexrelid::regclass::text, '  ' || pg_get_indexdef(indexrelid)
  FROM relation JOIN pg_index ON indrelid = relation.oid
  WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  UNION ALL
  SELECT relname, 5, 0, tgname, '  ' || pg_get_triggerdef(pg_trigger.oid)
  FROM relation JOIN pg_trigger ON tgrelid = relation.oid AND NOT tgisinternal
  UNION ALL
  SELECT '~', 6, 0, pg_proc.oid::regprocedure::text, pg_get_functiondef(pg_proc.oid)
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
)
SELECT text FROM line ORDER BY part COLLATE "C", kind, place, name COLLATE "C"
