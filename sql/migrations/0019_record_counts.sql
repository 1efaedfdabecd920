-- Which records have changed since a file was made. For the tables of D1 and D2: how many records each agency has on each
-- day, and in which version of the table they changed last; for those that are reported by fiscal year and period, the
-- same by that. Triggers keep it, in the transaction of every change and whoever makes it, so that no file is handed
-- out that is older than its records.

-- The version of a table grows once in each transaction that changes its rows. Its row stays locked until that ends,
-- so versions come in the order of commits, and what is counted here has one writer at a time.
ALTER TABLE data_source
  DROP CONSTRAINT data_source_version_check,
  ADD CONSTRAINT data_source_version_check CHECK (version >= 0),
  ALTER COLUMN version SET DEFAULT 0,
  ALTER COLUMN loaded_at DROP NOT NULL,
  ADD COLUMN counted_from bigint NOT NULL DEFAULT 0,
  ADD COLUMN changed_at timestamptz,
  ADD COLUMN changed_in xid8;
UPDATE data_source SET counted_from = version;
COMMENT ON TABLE data_source IS 'One row for each source table that was ever loaded or changed.';
COMMENT ON COLUMN data_source.version IS 'Grows once in each transaction that changes the table''s rows.';
COMMENT ON COLUMN data_source.loaded_at IS
  'When it was loaded last, whether that changed anything; NULL where it never was.';
COMMENT ON COLUMN data_source.counted_from IS
  'The version from which on its records are counted: none of them is known to be older.';
COMMENT ON COLUMN data_source.changed_at IS 'When the transaction began that changed its rows last.';
COMMENT ON COLUMN data_source.changed_in IS
  'That transaction''s ID. Only with changed_at does it name one: a restored database counts them anew.';

CREATE TABLE record_count (
  source_table text NOT NULL CHECK (source_table IN ('detached_award_procurement', 'published_fabs')),
  agency_type text NOT NULL CHECK (agency_type IN ('awarding', 'funding')),
  agency_code text NOT NULL,
  action_date date NOT NULL,
  records bigint NOT NULL CHECK (records >= 0),
  version bigint NOT NULL CHECK (version >= 0),
  PRIMARY KEY (source_table, agency_type, agency_code, action_date)
);
COMMENT ON TABLE record_count IS
  'How many records an agency has on a day (of D2 the active ones). A row that was once there stays, at zero too.';
COMMENT ON COLUMN record_count.version IS 'The version of the table in which one of them changed last.';

CREATE TABLE period_count (
  source_table text NOT NULL CHECK (source_table IN (
    'sf_133', 'tas_failed_edits', 'gtas_boc', 'published_object_class_program_activity', 'submission',
    'submission_window_schedule'
  )),
  fiscal_year integer NOT NULL,
  period integer NOT NULL,
  records bigint NOT NULL CHECK (records >= 0),
  version bigint NOT NULL CHECK (version >= 0),
  loaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source_table, fiscal_year, period)
);
COMMENT ON TABLE period_count IS
  'How many rows there are of a fiscal year and period; those of a File B by its submission. A row that was once there stays.';
COMMENT ON COLUMN period_count.version IS 'The version of the table in which one of them changed last.';
COMMENT ON COLUMN period_count.loaded_at IS 'When the period was loaded or changed last.';

-- What a table's rows are counted by: its key, the table of counts, that table's columns, and SQL that gives for a row
-- (%1$s stands for it) what it counts for, and how often.
CREATE FUNCTION counting_of(source text, OUT id text, OUT counts text, OUT keys text[], OUT keys_of text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT known.id, known.counts,
    CASE known.counts
      WHEN 'record_count' THEN ARRAY['agency_type', 'agency_code', 'action_date']
      WHEN 'period_count' THEN ARRAY['fiscal_year', 'period']
    END,
    known.keys_of
  FROM (VALUES
    ('detached_award_procurement', 'detached_award_procurement_id', 'record_count',
      'VALUES (''awarding'', %1$s.awarding_agency_code, %1$s.action_date, 1),
         (''funding'', %1$s.funding_agency_code, %1$s.action_date, 1)'),
    ('published_fabs', 'published_fabs_id', 'record_count',
      'VALUES (''awarding'', CASE WHEN %1$s.is_active THEN %1$s.awarding_agency_code END, %1$s.action_date, 1),
         (''funding'', CASE WHEN %1$s.is_active THEN %1$s.funding_agency_code END, %1$s.action_date, 1)'),
    ('sf_133', 'sf133_id', 'period_count', 'VALUES (%1$s.fiscal_year, %1$s.period, 1)'),
    ('tas_failed_edits', 'tas_failed_edits_id', 'period_count', 'VALUES (%1$s.fiscal_year, %1$s.period, 1)'),
    ('gtas_boc', 'gtas_boc_id', 'period_count', 'VALUES (%1$s.fiscal_year, %1$s.period, 1)'),
    ('submission', 'submission_id', 'period_count',
      'VALUES (%1$s.reporting_fiscal_year, %1$s.reporting_fiscal_period, 1)'),
    ('submission_window_schedule', 'submission_window_schedule_id', 'period_count',
      'VALUES (%1$s.year, %1$s.period, 1)'),
    ('published_object_class_program_activity', 'published_object_class_program_activity_id', 'period_count',
      'SELECT reporting_fiscal_year, reporting_fiscal_period, 1 FROM submission
       WHERE submission.submission_id = %1$s.submission_id'),
    ('tas_lookup', 'tas_id', NULL, NULL),
    ('cgac', 'cgac_id', NULL, NULL),
    ('frec', 'frec_id', NULL, NULL)
  ) AS known (source_table, id, counts, keys_of)
  WHERE known.source_table = source
$$;
REVOKE EXECUTE ON FUNCTION counting_of FROM PUBLIC;
COMMENT ON FUNCTION counting_of IS 'What the rows of a source table are counted by.';

-- Locks a table's version until the transaction ends, and gives the one that a change of its rows makes. In the
-- statements after it, whoever changed the table before is done.
CREATE FUNCTION lock_data_version(source text) RETURNS bigint
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  new_version bigint;
BEGIN
  LOOP
    SELECT CASE WHEN changed_in = pg_current_xact_id() AND changed_at = now() THEN version ELSE version + 1 END
    INTO new_version FROM data_source WHERE source_table = source FOR NO KEY UPDATE;
    IF FOUND THEN RETURN new_version; END IF;
    INSERT INTO data_source (source_table, loaded_at) VALUES (source, NULL) ON CONFLICT DO NOTHING;
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION lock_data_version FROM PUBLIC;
COMMENT ON FUNCTION lock_data_version IS 'The version that a change of a source table''s rows makes, locked.';

-- After each statement that changes rows of a source table. Its arguments are the source table whose version and counts
-- it keeps and, where that is another one than the trigger's, SQL for what a row of the trigger's counts for.
CREATE FUNCTION keep_data_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  source CONSTANT text := TG_ARGV[0];
  id CONSTANT text := (counting_of(TG_TABLE_NAME)).id;
  counting CONSTANT record := counting_of(source);
  keys_of CONSTANT text := coalesce(TG_ARGV[1], counting.keys_of);
  pairs text;
  sides text;
  keys CONSTANT text := array_to_string(counting.keys, ', ');
  new_version bigint;
  is_changed boolean := true;
BEGIN
  -- A row that was replaced by an equal one has not changed. `*<>` compares what is stored: 1.0 and 1.00 are equal
  -- numbers, but not the same text in a file.
  CASE TG_OP
    WHEN 'INSERT' THEN
      IF NOT EXISTS (SELECT FROM new_rows) THEN RETURN NULL; END IF;
      pairs := 'new_rows n';
      sides := format('SELECT 1, k.* FROM (%s) k', format(keys_of, 'n'));
    WHEN 'DELETE' THEN
      IF NOT EXISTS (SELECT FROM old_rows) THEN RETURN NULL; END IF;
      pairs := 'old_rows o';
      sides := format('SELECT -1, k.* FROM (%s) k', format(keys_of, 'o'));
    WHEN 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows) THEN RETURN NULL; END IF;
      pairs := format('old_rows o FULL JOIN new_rows n ON n.%1$I = o.%1$I', id);
      sides := format('SELECT -1, k.* FROM (%s) k UNION ALL SELECT 1, k.* FROM (%s) k',
        format(keys_of, 'o'), format(keys_of, 'n'));
    ELSE
      sides := NULL;
  END CASE;

  new_version := lock_data_version(source);
  -- Each statement is planned for itself: a plan for one row would take for ever with a million.
  IF counting.counts IS NULL THEN
    IF TG_OP = 'UPDATE' THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE (o *<> n) IS NOT FALSE)', pairs) INTO is_changed;
    END IF;
  ELSIF TG_OP = 'TRUNCATE' THEN
    EXECUTE format('UPDATE %I SET records = 0, version = $2 WHERE source_table = $1 AND records > 0', counting.counts)
    USING source, new_version;
  ELSE
    EXECUTE format(
      'WITH side AS MATERIALIZED (
         SELECT k.by * k.records AS by, %10$s
         FROM %2$s LEFT JOIN LATERAL (%3$s) AS k (by, %1$s, records) ON num_nulls(%10$s) = 0 %4$s
       ),
       moved AS MATERIALIZED (
         SELECT sum(by)::bigint AS by, %1$s FROM side WHERE by IS NOT NULL GROUP BY %1$s
       ),
       found AS (
         UPDATE %5$I c SET records = greatest(c.records + moved.by, 0), version = $2 %6$s
         FROM moved WHERE c.source_table = $1 AND (%7$s) = (%8$s)
         RETURNING %7$s
       ),
       added AS (
         INSERT INTO %5$I (source_table, records, version, %1$s)
         SELECT $1, greatest(by, 0), $2, %1$s FROM moved WHERE NOT EXISTS (SELECT FROM found WHERE (%9$s) = (%8$s))
         -- So that an agency''s days lie together.
         ORDER BY %1$s
       )
       SELECT EXISTS (SELECT FROM side WHERE by IS NOT NULL OR $3)',
      keys, pairs, sides,
      CASE WHEN TG_OP = 'UPDATE' THEN 'WHERE (o *<> n) IS NOT FALSE' END,
      counting.counts,
      CASE WHEN counting.counts = 'period_count' THEN ', loaded_at = now()' END,
      'c.' || array_to_string(counting.keys, ', c.'),
      'moved.' || array_to_string(counting.keys, ', moved.'),
      'found.' || array_to_string(counting.keys, ', found.'),
      'k.' || array_to_string(counting.keys, ', k.')
    ) INTO is_changed USING source, new_version, source = TG_TABLE_NAME;
  END IF;
  IF is_changed THEN
    UPDATE data_source SET version = new_version, changed_at = now(), changed_in = pg_current_xact_id()
    WHERE source_table = source AND version < new_version;
  END IF;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION keep_data_version FROM PUBLIC;
COMMENT ON FUNCTION keep_data_version IS
  'Raises a source table''s version where its rows have changed, and keeps the counts of them.';

-- Triggers first: they keep others from writing until all is counted.
DO $$
DECLARE
  source text;
  event text;
  more text;
BEGIN
  FOREACH source IN ARRAY ARRAY[
    'cgac', 'detached_award_procurement', 'frec', 'gtas_boc', 'published_fabs',
    'published_object_class_program_activity', 'sf_133', 'submission', 'submission_window_schedule',
    'tas_failed_edits', 'tas_lookup'
  ] LOOP
    FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] LOOP
      FOR more IN
        SELECT quote_literal(source)
        UNION ALL
        -- A File B's rows are of its submission's period.
        SELECT $literal$'published_object_class_program_activity',
          'SELECT %1$s.reporting_fiscal_year, %1$s.reporting_fiscal_period, count(*)
           FROM published_object_class_program_activity published WHERE published.submission_id = %1$s.submission_id
           HAVING count(*) > 0'$literal$
        WHERE source = 'submission'
      LOOP
        EXECUTE format('CREATE TRIGGER %1$I AFTER %2$s ON %3$I %4$s EXECUTE FUNCTION keep_data_version(%5$s)',
          CASE WHEN more LIKE '''published_object%' AND source = 'submission' THEN 'keep_file_b_version_' ELSE 'keep_data_version_' END
            || lower(event),
          event, source,
          CASE event
            WHEN 'INSERT' THEN 'REFERENCING NEW TABLE AS new_rows'
            WHEN 'UPDATE' THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS old_rows'
          END,
          more);
      END LOOP;
    END LOOP;
    EXECUTE (
      SELECT format('ALTER TABLE %I ', source) || string_agg(format('ENABLE ALWAYS TRIGGER %I', tgname), ', ')
      FROM pg_trigger WHERE tgrelid = source::regclass AND tgname LIKE 'keep\_%\_version\_%'
    );
  END LOOP;
END $$;

-- For the migration, and for an owner who has changed rows behind the triggers' back.
CREATE FUNCTION count_source_records(source text, is_new boolean) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  counting CONSTANT record := counting_of(source);
  keys CONSTANT text := array_to_string(counting.keys, ', ');
  own_keys CONSTANT text := 'k.' || array_to_string(counting.keys, ', k.');
  current_version bigint;
BEGIN
  -- Nobody writes, and whoever writes next sees these counts.
  EXECUTE format('LOCK TABLE %I IN SHARE MODE', source);
  IF is_new THEN
    current_version := lock_data_version(source);
    UPDATE data_source
    SET version = current_version, counted_from = current_version, changed_at = now(), changed_in = pg_current_xact_id()
    WHERE source_table = source;
  ELSE
    current_version := coalesce((SELECT version FROM data_source WHERE source_table = source), 0);
  END IF;
  IF counting.counts IS NULL THEN RETURN; END IF;
  EXECUTE format('DELETE FROM %I WHERE source_table = $1', counting.counts) USING source;
  EXECUTE format(
    'INSERT INTO %1$I (source_table, version, %2$s, records)
     SELECT $1, $2, %3$s, sum(k.records)
     FROM %4$I r CROSS JOIN LATERAL (%5$s) AS k (%2$s, records) WHERE num_nulls(%3$s) = 0 GROUP BY %3$s ORDER BY %3$s',
    counting.counts, keys, own_keys, source, format(counting.keys_of, 'r')
  ) USING source, current_version;
END $$;
REVOKE EXECUTE ON FUNCTION count_source_records FROM PUBLIC;
COMMENT ON FUNCTION count_source_records IS
  'Counts a source table''s records anew; where its rows may have changed unseen, in a new version of all of them.';

SELECT count_source_records(source_table, false)
FROM unnest(ARRAY[
  'detached_award_procurement', 'published_fabs', 'sf_133', 'tas_failed_edits', 'gtas_boc', 'submission',
  'submission_window_schedule', 'published_object_class_program_activity'
]) AS source_table;
UPDATE period_count SET loaded_at = data_source.loaded_at
FROM data_source WHERE data_source.source_table = period_count.source_table AND data_source.loaded_at IS NOT NULL;
ANALYZE record_count;
ANALYZE period_count;

-- A load of rows that were there already changes no count, and is said to have been one all the same.
CREATE FUNCTION note_periods_loaded(source text, fiscal_years integer[], periods integer[], loaded_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE period_count SET loaded_at = note_periods_loaded.loaded_at
  FROM unnest(fiscal_years, periods) AS loaded (fiscal_year, period)
  WHERE source_table = source AND (period_count.fiscal_year, period_count.period) = (loaded.fiscal_year, loaded.period)
$$;
REVOKE EXECUTE ON FUNCTION note_periods_loaded FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_periods_loaded TO detached_loader;
COMMENT ON FUNCTION note_periods_loaded IS 'Writes down when fiscal years and periods of a source table were loaded.';

GRANT SELECT ON record_count, period_count TO detached_api, detached_worker;
-- Versions are the triggers'.
REVOKE INSERT, UPDATE ON data_source FROM detached_loader;
GRANT INSERT (source_table, loaded_at, is_sample), UPDATE (loaded_at, is_sample) ON data_source TO detached_loader;

-- A file that is made on newer data than was asked for is current for whoever asks for that.
GRANT UPDATE (data_version) ON file_generation TO detached_worker;
COMMENT ON COLUMN file_generation.data_version IS
  'The version of the file''s own records when it was asked for, or made; the file may be newer, never older.';

ALTER TABLE generation_job ADD COLUMN data_checked_at timestamptz;
COMMENT ON COLUMN generation_job.data_checked_at IS
  'When its file''s source tables had been loaded or changed last, as the job was stored: the file was current then.';
GRANT INSERT (data_checked_at) ON generation_job TO detached_api;
