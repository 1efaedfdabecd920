-- Which trace a generation belongs to, so that the worker's part of it follows on the request's.

ALTER TABLE file_generation ADD COLUMN trace_parent text CHECK (trace_parent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
COMMENT ON COLUMN file_generation.trace_parent IS 'The span that asked for it (W3C Trace Context), where traces are kept.';
GRANT INSERT (trace_parent) ON file_generation TO detached_api;
