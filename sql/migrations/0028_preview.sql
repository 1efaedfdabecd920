-- A file's first records can be looked at before it is made. They are read by the file's own query, so that the API reads what
-- files are made of; it still can change none of it. What it might read before, column by column, goes with the rest.
REVOKE SELECT ON detached_award_procurement, published_fabs, gtas_boc FROM detached_api;
GRANT SELECT ON
  detached_award_procurement, published_fabs,
  sf_133, tas_lookup, tas_failed_edits,
  gtas_boc, published_object_class_program_activity
TO detached_api;

-- What a look gives away is kept, as a file's link is.
ALTER TABLE audit_event
  DROP CONSTRAINT audit_event_action_check,
  ADD CONSTRAINT audit_event_action_check CHECK (action IN (
    'request', 'status', 'list', 'link', 'download', 'cancel', 'refused', 'sign_in_refused', 'coverage', 'estimate', 'preview',
    'token_made', 'token_revoked', 'granted', 'denied', 'user_disabled', 'user_enabled'));

-- How long a file takes is told by the newest of its type.
CREATE INDEX file_generation_newest_of_type ON file_generation (file_type, file_generation_id)
  WHERE state = 'finished';
