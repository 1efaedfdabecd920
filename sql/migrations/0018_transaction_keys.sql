-- A transaction is one row. Its key names it whatever the letter case: the incumbent writes `-none-` in keys, USAspending
-- capitalises all of them. Of transactions that came twice for that reason the row that was modified last stays, and of
-- those the newest; the data has a new version then, so that files with both are not handed out any more.

DO $$
DECLARE
  removed bigint;
BEGIN
  DELETE FROM detached_award_procurement t USING (
    SELECT detached_award_procurement_id AS id, row_number() OVER (
      PARTITION BY upper(detached_award_proc_unique)
      ORDER BY last_modified DESC NULLS LAST, detached_award_procurement_id DESC
    ) AS place
    FROM detached_award_procurement
  ) keyed
  WHERE t.detached_award_procurement_id = keyed.id AND keyed.place > 1;
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF removed > 0 THEN
    UPDATE data_source SET version = version + 1 WHERE source_table = 'detached_award_procurement';
    RAISE WARNING '% rows of detached_award_procurement were of a transaction that another row has too, and are removed', removed;
  END IF;

  DELETE FROM published_fabs t USING (
    SELECT published_fabs_id AS id, row_number() OVER (
      PARTITION BY upper(afa_generated_unique) ORDER BY modified_at DESC NULLS LAST, published_fabs_id DESC
    ) AS place
    FROM published_fabs WHERE is_active
  ) keyed
  WHERE t.published_fabs_id = keyed.id AND keyed.place > 1;
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF removed > 0 THEN
    UPDATE data_source SET version = version + 1 WHERE source_table = 'published_fabs';
    RAISE WARNING '% rows of published_fabs were of a transaction that another row has too, and are removed', removed;
  END IF;
END $$;

DROP INDEX detached_award_procurement_unique_key;
CREATE UNIQUE INDEX detached_award_procurement_transaction ON detached_award_procurement
  (upper(detached_award_proc_unique));
DROP INDEX published_fabs_unique_key;
-- Rows that are no longer in force are history, and may be many.
CREATE UNIQUE INDEX published_fabs_transaction ON published_fabs (upper(afa_generated_unique)) WHERE is_active;
