-- What is told of a generation while it runs: an estimate of the whole, and a notification of every change.

ALTER TABLE file_generation ADD COLUMN rows_estimated bigint CHECK (rows_estimated >= 0);
COMMENT ON COLUMN file_generation.rows_estimated IS
  'How many records the planner expected when the file was begun; null before that.';
GRANT UPDATE (rows_estimated) ON file_generation TO detached_worker;

-- The API estimates how large a file would be before it is asked for. Planning needs the right to read the columns that
-- rows are chosen and ordered by; what the awards say remains unreadable to it.
GRANT SELECT (
  action_date, awarding_agency_code, funding_agency_code, detached_award_proc_unique, detached_award_procurement_id
) ON detached_award_procurement TO detached_api;
GRANT SELECT (
  action_date, awarding_agency_code, funding_agency_code, is_active, afa_generated_unique, published_fabs_id
) ON published_fabs TO detached_api;

-- By triggers, so that no writer can forget it. The payload is the generation's ID and nothing more: whoever listens
-- looks for itself.
CREATE FUNCTION notify_generation_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('generation_changed', NEW.file_generation_id::text);
  RETURN NULL;
END $$;
-- Triggers fire whoever may call it.
REVOKE EXECUTE ON FUNCTION notify_generation_changed FROM PUBLIC;
COMMENT ON FUNCTION notify_generation_changed IS 'Wakes whoever waits for a generation.';

CREATE TRIGGER generation_changed AFTER UPDATE OF state, rows_written ON file_generation FOR EACH ROW
  WHEN ((OLD.state, OLD.rows_written) IS DISTINCT FROM (NEW.state, NEW.rows_written))
  EXECUTE FUNCTION notify_generation_changed();
CREATE TRIGGER generation_changed AFTER UPDATE OF cancelled_at ON generation_job FOR EACH ROW
  WHEN (OLD.cancelled_at IS DISTINCT FROM NEW.cancelled_at)
  EXECUTE FUNCTION notify_generation_changed();
