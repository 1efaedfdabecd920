-- Whether the submission window of a fiscal year ($1) and period ($2) is still to come, and when: with it, file A's
-- GTASStatus changes although no data does.
SELECT concat(period_start, CASE WHEN period_start > (now() AT TIME ZONE 'UTC') THEN ' to come' END)
FROM submission_window_schedule
WHERE year = $1 AND period = $2
