-- Counting what a user waits for must not take longer the more jobs there are, old ones or other users': jobs that wait are
-- marked, and an index holds them alone. The mark is kept by the transaction that changes what it depends on.

ALTER TABLE generation_job ADD COLUMN waiting boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN generation_job.waiting IS 'The file is queued or running, and the job was not cancelled.';

UPDATE generation_job AS job SET waiting = true
FROM file_generation AS generation
WHERE generation.file_generation_id = job.file_generation_id AND state IN ('queued', 'running')
  AND cancelled_at IS NULL;

ALTER TABLE generation_job ADD CONSTRAINT waiting_was_not_cancelled CHECK (NOT waiting OR cancelled_at IS NULL);
ALTER TABLE generation_job ADD CONSTRAINT waiting_is_not_reused CHECK (NOT waiting OR NOT reused);
CREATE INDEX generation_job_waiting ON generation_job (requested_by, file_generation_id) WHERE waiting;

GRANT INSERT (waiting), UPDATE (waiting) ON generation_job TO detached_api;

-- With its owner's rights: a worker that ends a generation need not be able to write jobs.
CREATE FUNCTION end_waiting() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE generation_job SET waiting = false WHERE file_generation_id = NEW.file_generation_id AND waiting;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION end_waiting FROM PUBLIC;
COMMENT ON FUNCTION end_waiting IS 'A generation has ended: nobody waits for it any more.';

CREATE TRIGGER generation_ended AFTER UPDATE OF state ON file_generation FOR EACH ROW
  WHEN (NEW.state IN ('finished', 'failed', 'cancelled') AND OLD.state IS DISTINCT FROM NEW.state)
  EXECUTE FUNCTION end_waiting();
