-- Links the rows of File A to CARS: each to the account of its string that was valid between the first day ($1) and the last
-- ($2) of the period; of several to the lowest number. No end date is behind the last day. The last day itself is not in,
-- so an account that starts on it is not linked.
UPDATE a_row
SET account_num = link.account_num, is_financing = coalesce(upper(link.financial_indicator2) = 'F', false)
FROM (
  SELECT DISTINCT ON (tas) tas, account_num, financial_indicator2
  FROM tas_lookup
  WHERE ($1::date::timestamp, $2::date::timestamp) OVERLAPS (
    internal_start_date::timestamp, coalesce(internal_end_date, $2::date + 1)::timestamp
  )
  ORDER BY tas, account_num
) AS link
WHERE link.tas = a_row.account
