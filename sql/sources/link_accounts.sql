-- SF-133 rows of all periods that belong to no Treasury account yet: each is linked to the account of the
-- same string that was valid in the month of its period; of several to the lowest number. An end date is the
-- first day that is not in any more, and no end date is behind the month. Period p of a fiscal year is its
-- month p - 3; periods 1 to 3 lie in the year before.
UPDATE sf_133
SET account_num = link.account_num
FROM (
  SELECT report.tas, fiscal_year, period, min(account.account_num) AS account_num
  FROM (
    SELECT DISTINCT tas, fiscal_year, period,
      make_date(CASE WHEN period > 3 THEN fiscal_year ELSE fiscal_year - 1 END, (period + 8) % 12 + 1, 1)::timestamp AS month
    FROM sf_133
    WHERE account_num IS NULL AND period BETWEEN 1 AND 12 AND fiscal_year BETWEEN 2 AND 9999
  ) AS report
  JOIN tas_lookup AS account ON account.tas = report.tas
  WHERE (month, month + interval '1 month') OVERLAPS (
    account.internal_start_date::timestamp,
    coalesce(account.internal_end_date::timestamp, month + interval '1 month 1 day')
  )
  GROUP BY report.tas, fiscal_year, period
) AS link
WHERE sf_133.account_num IS NULL AND sf_133.tas = link.tas
  AND sf_133.fiscal_year = link.fiscal_year AND sf_133.period = link.period
