-- Outages cost time, and neither attempts nor files: an attempt that the environment stopped is snoozed; a file outlives
-- every link to it; one that the storage has lost is made anew; what cannot be removed is tried later and later.

ALTER TABLE file_generation
  ADD COLUMN snoozes integer NOT NULL DEFAULT 0 CHECK (snoozes >= 0),
  ADD COLUMN snooze_message text,
  ADD COLUMN linked_until timestamptz,
  ADD CONSTRAINT kept_while_linked CHECK (removed_at >= linked_until);
COMMENT ON COLUMN file_generation.snoozes IS
  'Attempts that the environment has stopped, such as a storage that is away: they count as no failures.';
COMMENT ON COLUMN file_generation.snooze_message IS 'What the generation waits for, while it is queued for that.';
COMMENT ON COLUMN file_generation.linked_until IS
  'No link to the file that was given out lives longer: until then it is kept.';
GRANT UPDATE (snoozes, snooze_message) ON file_generation TO detached_worker;
GRANT UPDATE (linked_until) ON file_generation TO detached_api;

ALTER TABLE unpublished_object
  ADD COLUMN failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  ADD COLUMN sweep_at timestamptz NOT NULL DEFAULT now();
UPDATE unpublished_object SET sweep_at = swept_at + interval '1 day' WHERE swept_at IS NOT NULL;
COMMENT ON COLUMN unpublished_object.failures IS 'How often in a row it could not be removed.';
COMMENT ON COLUMN unpublished_object.sweep_at IS 'When it is to be removed, or that is to be tried again.';
CREATE INDEX unpublished_object_sweep ON unpublished_object (sweep_at);

-- With its owner's rights: the API, which is where a loss is noticed, can put such a generation back and write nothing
-- of what it says.
CREATE FUNCTION remake_lost_file(lost_key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  lost record;
BEGIN
  SELECT file_generation_id, attempt INTO lost FROM file_generation
  WHERE stored_key = lost_key AND removed_at IS NULL
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  -- What is left of it is removed.
  INSERT INTO unpublished_object (stored_key, file_generation_id, attempt)
  VALUES (lost_key, lost.file_generation_id, lost.attempt);
  UPDATE file_generation
  SET state = 'queued', failures = 0, snoozes = 0, rows_written = 0, rows_estimated = NULL,
    started_at = NULL, ended_at = NULL, changed_at = now(), linked_until = NULL,
    stored_key = NULL, file_name = NULL, size_bytes = NULL, row_count = NULL, sha256 = NULL, data_as_of = NULL
  WHERE file_generation_id = lost.file_generation_id;
  UPDATE generation_job SET waiting = true, reused = false
  WHERE file_generation_id = lost.file_generation_id AND cancelled_at IS NULL;
  PERFORM enqueue_generation(lost.file_generation_id, 0);
  RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION remake_lost_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remake_lost_file TO detached_api;
COMMENT ON FUNCTION remake_lost_file IS
  'Queues the generation of a finished file that the storage has lost; false where there is no such file any more.';
