-- Which data a file's own records are of, as the snapshot has them: a version that grows with each change of one of them and,
-- but for the tables that it reads as a whole, with no other; and when its tables were loaded or changed last. Versions
-- of different tables are different counters, so they are added up, table by table.
--
--   $own, as JSON: the tables, by which of their records count ("all", "days", "period", "period_and_year_before"); the agency's
--   code and type, first and last day; the fiscal year and period
SELECT
  -- A sum is numeric, by which the index of current generations cannot be searched.
  coalesce(sum(
    CASE
      WHEN own.which = 'all' THEN source.version
      -- None is older than the counting, and where there never was one, nothing has changed since.
      ELSE greatest(source.counted_from, CASE own.which
        WHEN 'days' THEN (
          SELECT max(version) FROM record_count
          WHERE source_table = own.source_table AND agency_type = $own::jsonb ->> 'agency_type'
            AND agency_code = $own::jsonb ->> 'agency_code'
            AND action_date BETWEEN ($own::jsonb ->> 'start')::date AND ($own::jsonb ->> 'end')::date)
        WHEN 'period' THEN (
          SELECT version FROM period_count
          WHERE source_table = own.source_table AND fiscal_year = ($own::jsonb ->> 'year')::integer
            AND period = ($own::jsonb ->> 'period')::integer)
        WHEN 'period_and_year_before' THEN (
          SELECT max(version) FROM period_count
          WHERE source_table = own.source_table AND (fiscal_year, period) IN (
            (($own::jsonb ->> 'year')::integer, ($own::jsonb ->> 'period')::integer),
            (($own::jsonb ->> 'year')::integer - 1, 12)))
      END)
    END
  ), 0)::bigint AS version,
  max(greatest(source.loaded_at, source.changed_at)) AS loaded_at
FROM jsonb_each_text($own::jsonb -> 'tables') AS own (source_table, which)
JOIN data_source AS source USING (source_table)
