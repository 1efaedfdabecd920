-- What goes on with generations: those that nobody rescues, what they wait for, what has failed in the last day.
SELECT count(*) FILTER (WHERE state = 'running' AND lease_expires_at < now() - make_interval(secs => $1))::integer AS "notRescued",
  count(*) FILTER (WHERE state = 'running' AND lease_expires_at > now())::integer AS "beingWritten",
  count(*) FILTER (WHERE losses > 0 AND changed_at > now() - interval '1 day')::integer AS lost,
  (SELECT json_agg(json_build_object('why', why, 'files', files) ORDER BY files DESC) FROM (
    SELECT snooze_message AS why, count(*) AS files FROM file_generation
    WHERE state = 'queued' AND snooze_message IS NOT NULL GROUP BY 1) AS snoozed) AS snoozed,
  (SELECT json_agg(json_build_object('code', code, 'files', files, 'seconds', seconds, 'example', example) ORDER BY seconds) FROM (
    SELECT error_code AS code, count(*) AS files, max(file_generation_id) AS example,
      extract(epoch FROM now() - max(ended_at))::float8 AS seconds
    FROM file_generation WHERE state = 'failed' AND ended_at > now() - interval '1 day' GROUP BY 1) AS failed) AS failed
FROM file_generation
WHERE state IN ('queued', 'running') OR (losses > 0 AND changed_at > now() - interval '1 day')
