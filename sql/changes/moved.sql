-- Of the unpaired records of two files those that stand in both, at different places. Of several with one key the first
-- is the first, and so on.
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY is_new, key ORDER BY position) AS place_in_key FROM unpaired_record
)
INSERT INTO moved_record
SELECT earlier.position, new.position
FROM numbered AS earlier JOIN numbered AS new USING (key, place_in_key)
WHERE NOT earlier.is_new AND new.is_new
