-- Sees to it that the file $2 of the generation $1 is kept for $3 seconds at least: a link to it is about to be given out
-- that lives no longer. Written down for $4 seconds, so that whoever asks again and again causes few writes. One row:
-- whether the file is kept.
WITH kept AS (
  UPDATE file_generation SET linked_until = now() + make_interval(secs => $4)
  WHERE file_generation_id = $1 AND stored_key = $2 AND removed_at IS NULL
    AND (linked_until IS NULL OR linked_until < now() + make_interval(secs => $3))
  RETURNING 1
)
SELECT EXISTS (SELECT FROM kept) OR EXISTS (
  -- Whoever ends its keeping looks at this first, so that it cannot be ending just now.
  SELECT FROM file_generation
  WHERE file_generation_id = $1 AND stored_key = $2 AND removed_at IS NULL
    AND linked_until >= now() + make_interval(secs => $3)
) AS "isKept"
