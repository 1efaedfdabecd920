-- Notes that the object $1 was removed ($2), for good if that was for the second time: it is removed once more a day later.
-- Or that it could not be: the next try is later each time, $3 seconds after the first and $4 at most.
WITH done AS (
  DELETE FROM unpublished_object WHERE stored_key = $1 AND $2 AND swept_at IS NOT NULL
)
UPDATE unpublished_object SET
  swept_at = CASE WHEN $2 THEN now() ELSE swept_at END,
  failures = CASE WHEN $2 THEN 0 ELSE failures + 1 END,
  claimed_until = NULL,
  sweep_at = now() + CASE WHEN $2 THEN interval '1 day'
    ELSE make_interval(secs => least($3::float8 * 2 ^ least(failures, 20), $4)) END
WHERE stored_key = $1 AND NOT ($2 AND swept_at IS NOT NULL)
