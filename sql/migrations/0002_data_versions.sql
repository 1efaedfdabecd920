-- What was loaded, and which version of its data each source table holds. A file type's data version is the sum of
-- the versions of the tables it reads: it grows with each load of any of them and with no other.

CREATE TABLE data_source (
  source_table text PRIMARY KEY,
  version bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  loaded_at timestamptz NOT NULL DEFAULT now(),
  is_sample boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE data_source IS 'One row for each source table that was ever loaded.';
COMMENT ON COLUMN data_source.is_sample IS 'The table holds the shipped sample; the first real load takes its place.';

CREATE TABLE data_load (
  data_load_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  file_name text NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  rows_read bigint NOT NULL CHECK (rows_read >= 0),
  rows_inserted bigint NOT NULL CHECK (rows_inserted >= 0),
  rows_updated bigint NOT NULL CHECK (rows_updated >= 0),
  rows_removed bigint NOT NULL CHECK (rows_removed >= 0),
  rows_rejected bigint NOT NULL CHECK (rows_rejected >= 0),
  seconds numeric(12, 3) NOT NULL CHECK (seconds >= 0),
  loaded_by text NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE data_load IS 'One row for each finished load, written in the transaction that loaded the data.';
CREATE INDEX data_load_source ON data_load (source, loaded_at DESC);
