-- Workers read what is sent to be reconciled into temporary tables. Anybody may make those by Postgres' own rule, but not
-- where it was taken back (SECURITY.md). Only the database's owner may give it; where that is somebody else, it is theirs
-- to do.
DO $$
BEGIN
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO detached_worker', current_database());
EXCEPTION
  WHEN insufficient_privilege THEN NULL;
END $$;
