-- The life of a generation. `file_generation` is the file; `generation_job` is somebody's request for it: many jobs,
-- one file. A job's state is read from its generation, never copied.
--
--   queued ──claim──▶ running ──publish──▶ finished
--      ▲                 │ lease lost / retryable error (attempts left)
--      └─────────────────┘
--   queued | running ──▶ failed (attempts spent, or not retryable) | cancelled

CREATE TABLE file_generation (
  file_generation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  file_type text NOT NULL CHECK (file_type ~ '^[A-Z][A-Z0-9]*$'),
  agency_code text NOT NULL CHECK (agency_code ~ '^[0-9A-Z]{3,4}$'),
  start_date date NOT NULL,
  end_date date NOT NULL CHECK (end_date >= start_date),
  request jsonb NOT NULL CHECK (jsonb_typeof(request) = 'object'),
  request_key text NOT NULL,
  data_version bigint NOT NULL CHECK (data_version >= 0),

  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'finished', 'failed', 'cancelled')),
  attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  failures integer NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND attempt),
  leased_by text,
  lease_expires_at timestamptz,
  rows_written bigint NOT NULL DEFAULT 0 CHECK (rows_written >= 0),

  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,

  stored_key text UNIQUE,
  file_name text,
  size_bytes bigint CHECK (size_bytes >= 0),
  row_count bigint CHECK (row_count >= 0),
  sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  data_as_of timestamptz,
  removed_at timestamptz,

  error_code text,
  error_message text,
  retryable boolean,

  CONSTRAINT running_has_a_lease CHECK
    ((state = 'running') = (leased_by IS NOT NULL) AND (state = 'running') = (lease_expires_at IS NOT NULL)),
  CONSTRAINT running_was_started CHECK (state NOT IN ('running', 'finished') OR (attempt > 0 AND started_at IS NOT NULL)),
  CONSTRAINT finished_is_whole CHECK (CASE WHEN state = 'finished'
    THEN num_nulls(stored_key, file_name, size_bytes, row_count, sha256) = 0 AND rows_written = row_count
    ELSE num_nonnulls(stored_key, file_name, size_bytes, row_count, sha256, data_as_of, removed_at) = 0 END),
  CONSTRAINT ended_has_a_time CHECK ((state IN ('finished', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
  CONSTRAINT failed_has_a_reason CHECK (CASE WHEN state = 'failed'
    THEN num_nulls(error_code, error_message, retryable) = 0
    ELSE num_nonnulls(error_code, error_message, retryable) = 0 END)
);
COMMENT ON COLUMN file_generation.request_key IS
  'What decides the bytes besides the data: equal requests have equal keys.';
COMMENT ON COLUMN file_generation.data_version IS
  'The version of the file type''s data when it was asked for; the file may be newer, never older.';
COMMENT ON COLUMN file_generation.attempt IS
  'Raised by each claim. Every later write names it, so a worker thought dead cannot publish over its successor.';
COMMENT ON COLUMN file_generation.failures IS
  'Attempts that ended in an error or with a lost worker; one that was handed back by a stopping worker is none.';

-- Equal requests in the same instant share one file; a file made before a load is never handed out after it.
CREATE UNIQUE INDEX file_generation_current ON file_generation (request_key, data_version)
  WHERE state IN ('queued', 'running', 'finished') AND removed_at IS NULL;
CREATE INDEX file_generation_leased ON file_generation (lease_expires_at) WHERE state = 'running';
CREATE INDEX file_generation_unfinished ON file_generation (state, changed_at) WHERE state IN ('queued', 'running');
CREATE INDEX file_generation_kept ON file_generation (ended_at) WHERE state = 'finished' AND removed_at IS NULL;

CREATE TABLE generation_job (
  job_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  file_generation_id bigint NOT NULL REFERENCES file_generation,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  reused boolean NOT NULL,
  cancelled_at timestamptz
);
COMMENT ON COLUMN generation_job.reused IS 'The file was finished already when it was asked for.';
CREATE INDEX generation_job_generation ON generation_job (file_generation_id);
CREATE INDEX generation_job_newest ON generation_job (requested_by, job_id DESC);

-- Every object that an attempt may have begun and that is not (or no longer) a generation's file: noted before it is
-- begun, taken out when it is published, so that whatever a dead worker left can be found and removed.
CREATE TABLE unpublished_object (
  stored_key text PRIMARY KEY,
  file_generation_id bigint NOT NULL REFERENCES file_generation,
  attempt integer NOT NULL CHECK (attempt > 0),
  upload_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  swept_at timestamptz,
  UNIQUE (file_generation_id, attempt)
);
COMMENT ON COLUMN unpublished_object.swept_at IS
  'When it was removed. It is removed once more a day later, in case a frozen worker has finished storing it since.';

-- RFC draft "The Idempotency-Key HTTP Header Field": the same key from the same user gives the same job for a day.
CREATE TABLE idempotency_key (
  requested_by text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_sha256 text NOT NULL CHECK (request_sha256 ~ '^[0-9a-f]{64}$'),
  job_id bigint NOT NULL REFERENCES generation_job,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (requested_by, key)
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);
