-- A6 to A12, A14, A15, A22, A23, A29, A34: amounts of File A that are not those of SF-133, for a fiscal year ($1) and a
-- period ($2). An amount is compared with the sum of some lines of the rows with exactly the same display_tas, 0 where
-- there are none. A blank amount counts as 0 in some rules and is passed over in the others.
WITH line (rule, fiscal_year, period, first, last) AS (
  VALUES
    ('A6', $1::integer, $2::integer, 1910, 1910),
    ('A7', $1, $2, 1000, 1000),
    ('A8', $1, $2, 1160, 1160), ('A8', $1, $2, 1180, 1180), ('A8', $1, $2, 1260, 1260), ('A8', $1, $2, 1280, 1280),
    ('A9', $1, $2, 1540, 1540), ('A9', $1, $2, 1640, 1640),
    ('A10', $1, $2, 1340, 1340), ('A10', $1, $2, 1440, 1440),
    ('A11', $1, $2, 1750, 1750), ('A11', $1, $2, 1850, 1850),
    ('A12', $1, $2, 1010, CASE WHEN $1 > 2020 THEN 1067 ELSE 1042 END),
    ('A14', $1, $2, 3020, 3020),
    ('A15', $1, $2, 2490, 2490),
    ('A22', $1, $2, 2190, 2190),
    ('A23', $1, $2, 2500, 2500),
    ('A29', $1, $2, 1021, 1021), ('A29', $1, $2, 1033, 1033),
    ('A34', $1 - 1, 12, 2490, 2490)
),
treasury AS (
  SELECT rule, display_tas, sum(amount) AS amount
  FROM line JOIN sf_133
    ON sf_133.fiscal_year = line.fiscal_year AND sf_133.period = line.period AND sf_133.line BETWEEN first AND last
  GROUP BY rule, display_tas
),
compared AS (
  SELECT yours.rule, row_number, tas, header, lines, yours.amount AS yours, coalesce(treasury.amount, 0) AS treasury
  FROM a_row
  CROSS JOIN LATERAL (
    VALUES
      ('A6', 'TotalBudgetaryResources_CPE', 'on line 1910', total_budgetary_resources_cpe, false, false),
      ('A7', 'BudgetAuthorityUnobligatedBalanceBroughtForward_FYB', 'on line 1000', budget_authority_unobligat_fyb, true, false),
      ('A8', 'BudgetAuthorityAppropriatedAmount_CPE', 'on lines 1160, 1180, 1260 and 1280', budget_authority_appropria_cpe,
        false, false),
      ('A9', 'ContractAuthorityAmountTotal_CPE', 'on lines 1540 and 1640', contract_authority_amount_cpe, true, false),
      ('A10', 'BorrowingAuthorityAmountTotal_CPE', 'on lines 1340 and 1440', borrowing_authority_amount_cpe, true, false),
      ('A11', 'SpendingAuthorityfromOffsettingCollectionsAmountTotal_CPE', 'on lines 1750 and 1850',
        spending_authority_from_of_cpe, true, false),
      ('A12', 'AdjustmentsToUnobligatedBalanceBroughtForward_CPE',
        CASE WHEN $1 > 2020 THEN 'on lines 1010 to 1067' ELSE 'on lines 1010 to 1042' END, adjustments_to_unobligated_cpe,
        false, false),
      ('A14', 'GrossOutlayAmountByTAS_CPE', 'on line 3020', gross_outlay_amount_by_tas_cpe, false, false),
      ('A15', 'UnobligatedBalance_CPE', 'on line 2490', unobligated_balance_cpe, false, false),
      ('A22', 'ObligationsIncurredTotalByTAS_CPE', 'on line 2190', obligations_incurred_total_cpe, false, true),
      ('A23', 'StatusOfBudgetaryResourcesTotal_CPE', 'on line 2500', status_of_budgetary_resour_cpe, false, false),
      ('A29', 'DeobligationsRecoveriesRefundsOfPriorYearByTAS_CPE', 'on lines 1021 and 1033', deobligations_recoveries_r_cpe,
        false, false),
      ('A34', 'BudgetAuthorityUnobligatedBalanceBroughtForward_FYB',
        format('on line 2490 of period 12 of fiscal year %s', $1 - 1), budget_authority_unobligat_fyb, true, false)
  ) AS yours (rule, header, lines, amount, blank_is_0, needs_a_line)
  LEFT JOIN treasury ON treasury.rule = yours.rule AND treasury.display_tas = a_row.tas
  WHERE (yours.amount IS NOT NULL OR blank_is_0) AND (treasury.amount IS NOT NULL OR NOT needs_a_line)
)
INSERT INTO finding (rule, row_number, tas, yours, treasury, difference, explanation)
SELECT rule, row_number, tas, yours, treasury, coalesce(yours, 0) - treasury,
  format('%s of %s is %s in File A, and SF-133 has %s %s; the difference is %s.', header, coalesce(tas, '(blank)'),
    coalesce(yours::text, 'blank'), treasury, lines, coalesce(yours, 0) - treasury)
FROM compared
WHERE coalesce(yours, 0) <> treasury
