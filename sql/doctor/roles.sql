-- The group roles: whether each is there, whether the connected user acts by it, and which rights it lacks that the process
-- it is for cannot do without. A restore without the rights of the dump leaves tables that nobody may use.
WITH wanted (role, privilege, relation) AS (
  VALUES
    ('detached_api', 'SELECT', 'public.file_generation'),
    ('detached_api', 'INSERT', 'public.generation_job'),
    ('detached_api', 'INSERT', 'public.audit_event'),
    ('detached_api', 'SELECT', 'public.record_count'),
    ('detached_worker', 'SELECT', 'public.detached_award_procurement'),
    ('detached_worker', 'SELECT', 'public.published_fabs'),
    ('detached_worker', 'UPDATE', 'public.file_generation'),
    ('detached_worker', 'UPDATE', 'graphile_worker._private_jobs'),
    ('detached_loader', 'INSERT', 'public.detached_award_procurement'),
    ('detached_loader', 'INSERT', 'public.data_load'),
    ('detached_operator', 'INSERT', 'public.api_token'),
    ('detached_operator', 'SELECT', 'public.audit_event')
),
wanted_function (role, name) AS (
  VALUES
    ('detached_api', 'sign_in_with_token'),
    ('detached_api', 'enqueue_generation'),
    ('detached_worker', 'enqueue_generation'),
    ('detached_loader', 'analyze_source_table')
),
lacking (role, what) AS (
  SELECT role, privilege || ' on ' || relation FROM wanted JOIN pg_roles ON rolname = role
  WHERE NOT EXISTS (
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname || '.' || relname = relation AND has_any_column_privilege(pg_roles.oid, pg_class.oid, privilege)
  )
  UNION ALL
  SELECT role, 'EXECUTE on ' || name FROM wanted_function JOIN pg_roles ON rolname = role
  WHERE NOT EXISTS (
    SELECT FROM pg_proc
    WHERE proname = name AND pronamespace = 'public'::regnamespace AND has_function_privilege(pg_roles.oid, pg_proc.oid, 'EXECUTE')
  )
)
SELECT role, pg_roles.oid IS NOT NULL AS "isThere",
  coalesce(pg_has_role(current_user, pg_roles.oid, 'USAGE'), false) AS "isMine",
  ARRAY(SELECT what FROM lacking WHERE lacking.role = wanted_role.role ORDER BY what) AS lacks
FROM unnest(ARRAY['detached_api', 'detached_worker', 'detached_loader', 'detached_operator']) AS wanted_role (role)
LEFT JOIN pg_roles ON rolname = role
ORDER BY role
