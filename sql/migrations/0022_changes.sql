-- What has changed since an earlier file is a file like any other. Its request holds the earlier one (`since`), which is
-- kept for as long as the changes are still to be told.

ALTER TABLE file_generation
  ADD COLUMN changes jsonb,
  ADD CONSTRAINT changes_are_counted CHECK (CASE WHEN state = 'finished' AND request ? 'since'
    THEN coalesce(
      least((changes ->> 'added')::bigint, (changes ->> 'changed')::bigint, (changes ->> 'removed')::bigint) >= 0
      AND (changes ->> 'added')::bigint + (changes ->> 'changed')::bigint + (changes ->> 'removed')::bigint = row_count,
      false)
    ELSE changes IS NULL END);
COMMENT ON COLUMN file_generation.changes IS 'Of a finished file of changes: how many records were added, changed and removed.';
GRANT UPDATE (changes) ON file_generation TO detached_worker;

CREATE INDEX file_generation_since ON file_generation ((request #>> '{since,key}'))
  WHERE state IN ('queued', 'running') AND request ? 'since';

-- By a trigger, so that nothing that puts a finished generation back can forget it.
CREATE FUNCTION forget_findings() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.findings := NULL;
  NEW.changes := NULL;
  RETURN NEW;
END $$;
-- Triggers fire whoever may call it.
REVOKE EXECUTE ON FUNCTION forget_findings FROM PUBLIC;
COMMENT ON FUNCTION forget_findings IS 'Removes what was found of a file that is to be made anew.';

CREATE TRIGGER findings_are_of_finished_files BEFORE UPDATE OF state ON file_generation FOR EACH ROW
  WHEN (OLD.state = 'finished' AND NEW.state <> 'finished')
  EXECUTE FUNCTION forget_findings();
