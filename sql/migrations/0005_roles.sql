-- What each process may do. Four group roles that nobody can log in as; an installation makes its own login users as
-- their members (SECURITY.md). Whoever migrates owns everything and is none of them.
--
--   detached_api       the API: takes requests, signs users in, adds to the audit, reads neither tokens nor awards
--   detached_worker    workers: read awards, write files' progress, run graphile-worker
--   detached_loader    loads the source tables
--   detached_operator  manages users and tokens, reads the audit
--
-- A new table is nobody's but the owner's until a migration says otherwise; tests/auth/roles_test.ts holds the whole
-- table of tables and roles.

DO $$
DECLARE
  wanted text;
  missing text[] := '{}';
BEGIN
  FOREACH wanted IN ARRAY ARRAY['detached_api', 'detached_worker', 'detached_loader', 'detached_operator'] LOOP
    -- Roles belong to the server, not to the database: another database's migration may have made them, or be at it.
    CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN missing := missing || wanted;
    END;
  END LOOP;
  IF missing <> '{}' THEN
    -- Going on without them would leave a database that looks protected and is not.
    RAISE EXCEPTION
      'The user % may not create the roles %. Let an administrator of the server run this once, then migrate again: %',
      current_user, array_to_string(missing, ', '),
      (SELECT string_agg(format('CREATE ROLE %I NOLOGIN;', role), ' ') FROM unnest(missing) AS role)
      USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

GRANT USAGE ON SCHEMA public TO detached_api, detached_worker, detached_loader, detached_operator;
-- So it is from Postgres 15 on, but not in a database that was upgraded from an older one.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The API cannot make a file finished, or give it another object: those columns are the worker's.
GRANT SELECT ON cgac, frec, submission_window_schedule, data_source TO detached_api;
GRANT
  SELECT,
  INSERT (file_type, agency_code, start_date, end_date, request, request_key, data_version),
  UPDATE (state, leased_by, lease_expires_at, ended_at, changed_at)
ON file_generation TO detached_api;
GRANT SELECT, INSERT (file_generation_id, requested_by, reused), UPDATE (cancelled_at) ON generation_job TO detached_api;
GRANT SELECT, INSERT, UPDATE ON idempotency_key TO detached_api;
GRANT INSERT (app_user_id, action, job_id, agency_code, request_id, detail) ON audit_event TO detached_api;
GRANT EXECUTE ON FUNCTION sign_in_with_token, sign_in_with_oidc TO detached_api;

-- A worker cannot make requests or sign anybody in.
GRANT SELECT ON
  cgac, frec, detached_award_procurement, published_fabs, sf_133, tas_lookup, tas_failed_edits,
  submission_window_schedule, data_source
TO detached_worker;
GRANT
  SELECT,
  UPDATE (
    state, attempt, failures, leased_by, lease_expires_at, rows_written, started_at, changed_at, ended_at, stored_key,
    file_name, size_bytes, row_count, sha256, data_as_of, removed_at, error_code, error_message, retryable
  )
ON file_generation TO detached_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON unpublished_object TO detached_worker;
GRANT SELECT, DELETE ON idempotency_key TO detached_worker;

GRANT SELECT, INSERT, UPDATE, DELETE ON
  cgac, frec, detached_award_procurement, published_fabs, sf_133, tas_lookup, tas_failed_edits, submission_window_schedule
TO detached_loader;
GRANT SELECT, INSERT, UPDATE ON data_source TO detached_loader;
GRANT SELECT, INSERT ON data_load TO detached_loader;

-- An operator makes tokens and cannot read the hashes of any.
GRANT SELECT ON cgac, frec TO detached_operator;
GRANT
  SELECT, INSERT (name, oidc_issuer, oidc_subject), UPDATE (is_administrator, disabled_at)
ON app_user TO detached_operator;
GRANT SELECT, INSERT (app_user_id, agency_code, permission), DELETE ON affiliation TO detached_operator;
GRANT
  SELECT (api_token_id, app_user_id, last_characters, created_at, expires_at, revoked_at, last_used_at),
  INSERT (app_user_id, token_sha256, last_characters, expires_at),
  UPDATE (revoked_at)
ON api_token TO detached_operator;
GRANT SELECT ON audit_event TO detached_operator;

-- graphile-worker's tables have row level security without a policy: they are their owner's alone. Its runner works on
-- them directly, so the worker is let in. Everybody else goes through the functions below.
GRANT USAGE ON SCHEMA graphile_worker TO detached_worker;
GRANT SELECT ON graphile_worker.migrations, graphile_worker.jobs TO detached_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON graphile_worker._private_jobs TO detached_worker;
GRANT SELECT, INSERT, UPDATE ON
  graphile_worker._private_tasks, graphile_worker._private_job_queues, graphile_worker._private_known_crontabs
TO detached_worker;
CREATE POLICY detached_worker ON graphile_worker._private_jobs TO detached_worker USING (true);
CREATE POLICY detached_worker ON graphile_worker._private_tasks TO detached_worker USING (true);
CREATE POLICY detached_worker ON graphile_worker._private_job_queues TO detached_worker USING (true);
CREATE POLICY detached_worker ON graphile_worker._private_known_crontabs TO detached_worker USING (true);

-- Bodies in quotes, so that graphile-worker's own migrations can replace the functions that these call.
CREATE FUNCTION enqueue_generation(file_generation_id bigint, delay_seconds double precision) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT FROM graphile_worker.add_job(
    identifier => 'generate_file',
    payload => json_build_object('fileGenerationId', file_generation_id::text),
    run_at => now() + make_interval(secs => delay_seconds),
    job_key => 'generation:' || file_generation_id)
$$;
REVOKE EXECUTE ON FUNCTION enqueue_generation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue_generation TO detached_api, detached_worker;
COMMENT ON FUNCTION enqueue_generation IS 'Puts the task for a generation into the queue; its one key replaces an older one.';

CREATE FUNCTION dequeue_generation(file_generation_id bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT FROM graphile_worker.remove_job('generation:' || file_generation_id)
$$;
REVOKE EXECUTE ON FUNCTION dequeue_generation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dequeue_generation TO detached_api;
COMMENT ON FUNCTION dequeue_generation IS 'Takes the task for a generation out of the queue.';

-- Only a table's owner may ANALYZE it before Postgres 17, and after a load the next file's plan depends on it.
CREATE FUNCTION analyze_source_table(source_table regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT has_table_privilege('detached_loader', source_table, 'UPDATE') THEN
    RAISE EXCEPTION '% is no source table', source_table USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- All columns of the widest table would take longer than loading it does, and autovacuum sees to the others.
  EXECUTE format('ANALYZE %s (%s)', source_table, (
    SELECT string_agg(DISTINCT quote_ident(attname), ', ')
    FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = source_table
  ));
END $$;
REVOKE EXECUTE ON FUNCTION analyze_source_table FROM PUBLIC;
GRANT EXECUTE ON FUNCTION analyze_source_table TO detached_loader;
COMMENT ON FUNCTION analyze_source_table IS 'ANALYZE of the columns that rows are chosen and ordered by.';
