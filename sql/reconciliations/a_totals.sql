-- A2, A3, A4, A24: amounts of one row of File A that do not add up; a blank one counts as 0. A2 also takes line 1902 of
-- SF-133 of the fiscal year ($1) and period ($2) into account.
WITH line_1902 AS (
  SELECT display_tas, sum(amount) AS amount
  FROM sf_133 WHERE fiscal_year = $1 AND period = $2 AND line = 1902
  GROUP BY display_tas
),
compared AS (
  SELECT rule, row_number, tas, total.yours, coalesce(total.yours, 0) AS left_amount, right_amount, header, parts
  FROM a_row
  LEFT JOIN line_1902 ON line_1902.display_tas = a_row.tas
  CROSS JOIN LATERAL (
    SELECT coalesce(line_1902.amount, 0) AS line_1902
  ) AS sf_133
  CROSS JOIN LATERAL (
    VALUES
      ('A2', 'TotalBudgetaryResources_CPE', total_budgetary_resources_cpe,
        coalesce(budget_authority_appropria_cpe, 0) + coalesce(budget_authority_unobligat_fyb, 0)
          + coalesce(adjustments_to_unobligated_cpe, 0) + coalesce(other_budgetary_resources_cpe, 0) + sf_133.line_1902,
        format('BudgetAuthorityAppropriatedAmount_CPE %s, BudgetAuthorityUnobligatedBalanceBroughtForward_FYB %s, '
          'AdjustmentsToUnobligatedBalanceBroughtForward_CPE %s, OtherBudgetaryResourcesAmount_CPE %s and line 1902 of SF-133 %s',
          coalesce(budget_authority_appropria_cpe::text, 'blank'), coalesce(budget_authority_unobligat_fyb::text, 'blank'),
          coalesce(adjustments_to_unobligated_cpe::text, 'blank'), coalesce(other_budgetary_resources_cpe::text, 'blank'),
          sf_133.line_1902)),
      ('A3', 'OtherBudgetaryResourcesAmount_CPE', other_budgetary_resources_cpe,
        coalesce(contract_authority_amount_cpe, 0) + coalesce(borrowing_authority_amount_cpe, 0)
          + coalesce(spending_authority_from_of_cpe, 0),
        format('ContractAuthorityAmountTotal_CPE %s, BorrowingAuthorityAmountTotal_CPE %s and '
          'SpendingAuthorityfromOffsettingCollectionsAmountTotal_CPE %s',
          coalesce(contract_authority_amount_cpe::text, 'blank'), coalesce(borrowing_authority_amount_cpe::text, 'blank'),
          coalesce(spending_authority_from_of_cpe::text, 'blank'))),
      ('A4', 'StatusOfBudgetaryResourcesTotal_CPE', status_of_budgetary_resour_cpe,
        coalesce(obligations_incurred_total_cpe, 0) + coalesce(unobligated_balance_cpe, 0),
        format('ObligationsIncurredTotalByTAS_CPE %s and UnobligatedBalance_CPE %s',
          coalesce(obligations_incurred_total_cpe::text, 'blank'), coalesce(unobligated_balance_cpe::text, 'blank'))),
      ('A24', 'StatusOfBudgetaryResourcesTotal_CPE', status_of_budgetary_resour_cpe,
        coalesce(total_budgetary_resources_cpe, 0),
        format('TotalBudgetaryResources_CPE %s', coalesce(total_budgetary_resources_cpe::text, 'blank')))
  ) AS total (rule, header, yours, right_amount, parts)
)
INSERT INTO finding (rule, row_number, tas, yours, treasury, difference, explanation)
SELECT rule, row_number, tas, yours, right_amount, left_amount - right_amount,
  format(
    CASE rule
      WHEN 'A24' THEN '%s of %s is %s and must be the same as %s; the difference is %s.'
      ELSE '%s of %s is %s and must be the sum of %s; the difference is %s.'
    END,
    header, coalesce(tas, '(blank)'), coalesce(yours::text, 'blank'), parts, left_amount - right_amount)
FROM compared
WHERE left_amount <> right_amount
