-- The audit also keeps sign-ins that were refused, what operators do to users and their tokens, where a request came from
-- and what its sender calls it.

ALTER TABLE audit_event
  ADD COLUMN client_request_id text CHECK (client_request_id ~ '^[!-~]{1,128}$'),
  ADD COLUMN address inet,
  DROP CONSTRAINT audit_event_action_check,
  ADD CONSTRAINT audit_event_action_check CHECK (action IN (
    'request', 'status', 'list', 'link', 'download', 'cancel', 'refused', 'sign_in_refused',
    'token_made', 'token_revoked', 'granted', 'denied', 'user_disabled', 'user_enabled')),
  DROP CONSTRAINT somebody_did_it,
  ADD CONSTRAINT somebody_did_it CHECK (app_user_id IS NOT NULL OR action IN ('download', 'sign_in_refused')),
  DROP CONSTRAINT done_to_a_job,
  ADD CONSTRAINT done_to_a_job CHECK (job_id IS NOT NULL OR action NOT IN ('request', 'status', 'link', 'cancel'));

COMMENT ON TABLE audit_event IS
  'Who asked for, saw, fetched and cancelled what, what was refused, and what was done to users and tokens. Rows are only ever added.';
COMMENT ON COLUMN audit_event.app_user_id IS
  'Who did it. Unknown for a download (whoever holds a signed link may use it) and for a sign-in that was refused; for what an operator does, the user whom it is done to.';
COMMENT ON COLUMN audit_event.request_id IS 'The service''s own; the response and the log have it too.';
COMMENT ON COLUMN audit_event.client_request_id IS 'What the client calls the request (X-Request-Id).';
COMMENT ON COLUMN audit_event.address IS 'Where the request came from: through proxies that are believed (TRUSTED_PROXIES).';

GRANT INSERT (client_request_id, address) ON audit_event TO detached_api;
-- The other columns, the moment among them, stay the database's own.
GRANT INSERT (app_user_id, action, agency_code, request_id, detail) ON audit_event TO detached_operator;
