-- Reads a file with DuckDB: codes keep their leading zeros, amounts are exact, NULL and "" stay apart.
CREATE TABLE d1 AS
SELECT * REPLACE (
  FederalActionObligation::DECIMAL(38, 2) AS FederalActionObligation,
  strptime(ActionDate, '%Y%m%d')::DATE AS ActionDate,
  HospitalFlag = 't' AS HospitalFlag
)
FROM read_csv('File-D1.csv', header = true, delim = ',', quote = '"', escape = '"',
  all_varchar = true, allow_quoted_nulls = false);

SELECT count(*) AS records, sum(FederalActionObligation) AS obligated, min(ActionDate) AS first_day
FROM d1;
