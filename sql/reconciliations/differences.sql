-- The differences file: every finding, by rule, then by row number, then by identifiers; what else may differ
-- comes last, so that the same findings are always in the same order.
SELECT /*columns*/
FROM finding JOIN rule ON rule.code = finding.rule
ORDER BY place, row_number, piid COLLATE "C", parent_award_id COLLATE "C", fain COLLATE "C", uri COLLATE "C",
  tas COLLATE "C", allocation_transfer_agency COLLATE "C", agency_identifier COLLATE "C", beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code COLLATE "C", main_account_code COLLATE "C",
  sub_account_code COLLATE "C", transaction_key COLLATE "C", difference, explanation COLLATE "C"
