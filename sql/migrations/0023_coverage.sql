-- What is loaded is told without looking at a record, and what is worth knowing of a file beforehand is kept with whoever has asked
-- for it.

-- The oldest and the newest day of a table.
CREATE INDEX record_count_days ON record_count (source_table, action_date) WHERE records > 0;

ALTER TABLE generation_job
  ADD COLUMN warnings jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(warnings) = 'array');
COMMENT ON COLUMN generation_job.warnings IS 'What there was to warn of when it was asked for.';
GRANT INSERT (warnings) ON generation_job TO detached_api;

ALTER TABLE file_generation ADD COLUMN file_warnings jsonb CHECK (jsonb_typeof(file_warnings) = 'array');
COMMENT ON COLUMN file_generation.file_warnings IS
  'What there was to warn of in the snapshot that the file was made of: what its jobs show once it is finished.';
GRANT UPDATE (file_warnings) ON file_generation TO detached_worker;

-- How large an agency's records are is told by its newest files, compressed or not.
CREATE INDEX file_generation_sizes
  ON file_generation (file_type, agency_code, coalesce(request ->> 'compression', 'none'), file_generation_id)
  WHERE state = 'finished';

-- Looking at what is there tells of an agency's records as a file does.
ALTER TABLE audit_event
  DROP CONSTRAINT audit_event_action_check,
  ADD CONSTRAINT audit_event_action_check CHECK (action IN (
    'request', 'status', 'list', 'link', 'download', 'cancel', 'refused', 'sign_in_refused', 'coverage', 'estimate',
    'token_made', 'token_revoked', 'granted', 'denied', 'user_disabled', 'user_enabled'));
