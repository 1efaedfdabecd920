-- The limit of files that a user may wait for, as one call, so that a request is stored by one statement.

CREATE FUNCTION room_for_generation(requester text, generation bigint, most integer, alone boolean) RETURNS text
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  lock_key bigint := hashtextextended(requester, 7305160004);
  awaited integer;
BEGIN
  IF alone THEN
    PERFORM pg_advisory_xact_lock(lock_key);
  ELSE
    PERFORM pg_advisory_xact_lock_shared(lock_key);
  END IF;
  -- A statement of its own, after the lock: it sees what was committed before the lock was had.
  SELECT count(DISTINCT file_generation_id) INTO awaited FROM generation_job
  WHERE requested_by = requester AND waiting AND file_generation_id IS DISTINCT FROM generation;
  RETURN CASE WHEN awaited >= most THEN 'full' WHEN NOT alone AND 2 * awaited >= most THEN 'crowded' ELSE 'free' END;
END $$;
REVOKE EXECUTE ON FUNCTION room_for_generation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION room_for_generation TO detached_api;
COMMENT ON FUNCTION room_for_generation IS
  'Whether a user may wait for a file (null: a new one) besides those it waits for already, of which those of several jobs '
  'count once: free, full, or crowded. Only jobs that wait are looked at, by an index that holds no others. Requests of a '
  'user in the lower half of the limit go side by side, since together they cannot exceed it; in the upper half, where the '
  'answer is crowded, one goes alone, after all that were under way.';
