-- Ends an attempt at a generation, whatever its outcome is. Where the attempt has ended already, or another
-- one has been begun, nothing happens, and no row comes back. A generation that nobody is at can only be
-- cancelled.
--
--   $1 the generation, $2 the attempt, $3 the generation's state from now on
--   $4 seconds until the next attempt, where the state is "queued"
--   and what the outcome alone knows: columns, each with a value (`lib/generations/attempt_end.ts`)
WITH ended AS (
  UPDATE file_generation
  SET
    state = $3,
    leased_by = NULL,
    lease_expires_at = NULL,
    changed_at = now(),
    ended_at = CASE WHEN $3 <> 'queued' THEN now() END
    /*facts*/
  WHERE file_generation_id = $1 AND attempt = $2 AND (state = 'running' OR ($3 = 'cancelled' AND state = 'queued'))
  RETURNING file_generation_id, state
)
SELECT CASE WHEN state = 'queued' THEN enqueue_generation(file_generation_id, $4) END FROM ended
