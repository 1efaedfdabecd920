-- Tasks that nobody will do any more. Those that a worker has had locked for more than $1 seconds without
-- being at their generation: it died before it claimed it or after it was done with it, or the response that
-- gave it the task never arrived. And those that are spent: of a generation that was cancelled while its
-- worker, which then died, had the task locked.
SELECT id, locked_by AS worker
FROM graphile_worker.jobs AS task
WHERE task_identifier = 'generate_file' AND CASE WHEN locked_at IS NULL
  THEN attempts >= max_attempts
  ELSE locked_at < now() - make_interval(secs => $1) AND NOT EXISTS (
    SELECT FROM file_generation
    WHERE state = 'running' AND leased_by = task.locked_by AND 'generation:' || file_generation_id = task.key
  ) END
