-- Control totals: what a finished file's records come to, taken while they were written. There are none of files that
-- were made before.

CREATE TABLE file_totals (
  file_generation_id bigint PRIMARY KEY REFERENCES file_generation ON DELETE CASCADE,
  records bigint NOT NULL CHECK (records >= 0),
  distinct_awards bigint NOT NULL CHECK (distinct_awards BETWEEN 0 AND records),
  -- json and not jsonb, which would put the columns' names into an order of its own.
  amounts json NOT NULL CHECK (json_typeof(amounts) = 'object'),
  records_that_differ bigint CHECK (records_that_differ BETWEEN 0 AND records),
  by_month json CHECK (json_typeof(by_month) = 'array'),
  by_sub_tier json CHECK (json_typeof(by_sub_tier) = 'array'),
  CONSTRAINT parts_by_month_and_by_sub_tier CHECK ((by_month IS NULL) = (by_sub_tier IS NULL))
);
COMMENT ON TABLE file_totals IS
  'What the records of a generation''s file come to. Kept as long as the generation, be the file there or not.';
COMMENT ON COLUMN file_totals.amounts IS 'The exact sum of each amount, as text, by the header above it.';
COMMENT ON COLUMN file_totals.distinct_awards IS 'In the files of accounts, distinct accounts.';
GRANT INSERT ON file_totals TO detached_worker;
GRANT SELECT ON file_totals TO detached_api;

-- By a trigger, so that nothing that puts a finished generation back can forget it: the file that is made anew may be
-- another one.
CREATE FUNCTION forget_totals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM file_totals WHERE file_generation_id = NEW.file_generation_id;
  RETURN NULL;
END $$;
-- Triggers fire whoever may call it.
REVOKE EXECUTE ON FUNCTION forget_totals FROM PUBLIC;
COMMENT ON FUNCTION forget_totals IS 'Removes the totals of a file that is to be made anew.';

CREATE TRIGGER totals_are_of_finished_files AFTER UPDATE OF state ON file_generation FOR EACH ROW
  WHEN (OLD.state = 'finished' AND NEW.state <> 'finished')
  EXECUTE FUNCTION forget_totals();
