-- Gives their turn at once to generations that wait for their environment, where a file was published after they were
-- snoozed: database and storage are well again. Those whose turn has come already are left alone.
SELECT enqueue_generation(file_generation_id, 0)
FROM file_generation
WHERE state = 'queued' AND snooze_message IS NOT NULL
  AND changed_at < (SELECT max(ended_at) FROM file_generation WHERE state = 'finished' AND removed_at IS NULL)
  AND EXISTS (
    SELECT FROM graphile_worker.jobs
    WHERE key = 'generation:' || file_generation_id AND run_at > now() AND locked_at IS NULL
  )
