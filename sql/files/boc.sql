-- File BOC: what GTAS holds against what the agency's published File B holds, for a fiscal year ($1) and
-- period ($2), by account, object class, direct or reimbursable, DEFC, prior year adjustment, USSGL account,
-- and beginning or end. The comment "belongs" stands for the condition that an account is the agency's, $3
-- (lib/files/account_owner.ts, $4 to $8), the comments "among" for a choice of accounts, where the file's first records are looked
-- at alone (boc_first.sql).
WITH file_b_account AS (
  SELECT
    published.display_tas,
    published.allocation_transfer_agency,
    published.agency_identifier,
    published.beginning_period_of_availa,
    published.ending_period_of_availabil,
    published.availability_type_code,
    published.main_account_code,
    published.sub_account_code,
    rpad(published.object_class, 4, '0') AS object_class,
    published.by_direct_reimbursable_fun,
    published.disaster_emergency_fund_code,
    upper(coalesce(published.prior_year_adjustment, '')) AS prior_year_adjustment,
    array_agg(row_number ORDER BY row_number NULLS LAST) AS file_b_rows,
    sum(ussgl480100_undelivered_or_cpe) AS e480100,
    sum(ussgl480100_undelivered_or_fyb) AS b480100,
    sum(ussgl480110_rein_undel_ord_cpe) AS e480110,
    sum(ussgl480200_undelivered_or_cpe) AS e480200,
    sum(ussgl480200_undelivered_or_fyb) AS b480200,
    sum(ussgl483100_undelivered_or_cpe) AS e483100,
    sum(ussgl483200_undelivered_or_cpe) AS e483200,
    sum(ussgl487100_downward_adjus_cpe) AS e487100,
    sum(ussgl487200_downward_adjus_cpe) AS e487200,
    sum(ussgl488100_upward_adjustm_cpe) AS e488100,
    sum(ussgl488200_upward_adjustm_cpe) AS e488200,
    sum(ussgl490100_delivered_orde_cpe) AS e490100,
    sum(ussgl490100_delivered_orde_fyb) AS b490100,
    sum(ussgl490110_rein_deliv_ord_cpe) AS e490110,
    sum(ussgl490200_delivered_orde_cpe) AS e490200,
    sum(ussgl490800_authority_outl_cpe) AS e490800,
    sum(ussgl490800_authority_outl_fyb) AS b490800,
    sum(ussgl493100_delivered_orde_cpe) AS e493100,
    sum(ussgl497100_downward_adjus_cpe) AS e497100,
    sum(ussgl497200_downward_adjus_cpe) AS e497200,
    sum(ussgl498100_upward_adjustm_cpe) AS e498100,
    sum(ussgl498200_upward_adjustm_cpe) AS e498200
  FROM published_submission
  JOIN published_object_class_program_activity AS published USING (submission_id)
  -- Every row of it: an account that CARS has twice counts twice, as it does at the incumbent.
  JOIN tas_lookup ON upper(tas_lookup.display_tas) = upper(published.display_tas)
  WHERE published_submission.agency_code = $3
    AND published_submission.fiscal_year = $1 AND published_submission.period = $2
    AND upper(tas_lookup.financial_indicator2) IS DISTINCT FROM 'F' /*among published.display_tas*/
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
),
-- 480210 and 497210, which File B has as well, are not here, although GTAS' are below: so it is at the
-- incumbent, and the file shows a difference for them that need not be one.
file_b AS (
  SELECT file_b_account.*, ussgl, begin_end, amount
  FROM file_b_account
  CROSS JOIN LATERAL (VALUES
    ('480100', 'E', e480100), ('480100', 'B', b480100),
    ('480110', 'E', e480110),
    ('480200', 'E', e480200), ('480200', 'B', b480200),
    ('483100', 'E', e483100), ('483200', 'E', e483200),
    ('487100', 'E', e487100), ('487200', 'E', e487200),
    ('488100', 'E', e488100), ('488200', 'E', e488200),
    ('490100', 'E', e490100), ('490100', 'B', b490100),
    ('490110', 'E', e490110),
    ('490200', 'E', e490200),
    ('490800', 'E', e490800), ('490800', 'B', b490800),
    ('493100', 'E', e493100),
    ('497100', 'E', e497100), ('497200', 'E', e497200),
    ('498100', 'E', e498100), ('498200', 'E', e498200)
  ) AS amounts (ussgl, begin_end, amount)
  WHERE object_class IS NOT NULL AND by_direct_reimbursable_fun IS NOT NULL AND disaster_emergency_fund_code IS NOT NULL
),
gtas AS (
  SELECT
    display_tas,
    allocation_transfer_agency,
    agency_identifier,
    beginning_period_of_availa,
    ending_period_of_availabil,
    availability_type_code,
    main_account_code,
    sub_account_code,
    budget_object_class AS object_class,
    reimbursable_flag AS by_direct_reimbursable_fun,
    disaster_emergency_fund_code,
    upper(coalesce(prior_year_adjustment_code, '')) AS prior_year_adjustment,
    begin_end,
    ussgl_number AS ussgl,
    sum(CASE debit_credit WHEN 'D' THEN dollar_amount ELSE -dollar_amount END) AS amount
  FROM gtas_boc
  WHERE fiscal_year = $1 AND period = $2 /*among gtas_boc.display_tas*/
    AND ussgl_number IN (
      '480100', '480110', '480200', '480210', '483100', '483200', '487100', '487200', '488100', '488200',
      '490100', '490110', '490200', '490800', '493100', '497100', '497200', '497210', '498100', '498200'
    )
    AND display_tas IN (
      SELECT tas_lookup.display_tas
      FROM tas_lookup
      CROSS JOIN LATERAL (
        SELECT tas_lookup.allocation_transfer_agency AS ata, tas_lookup.agency_identifier AS aid, tas_lookup.display_tas,
          tas_lookup.fr_entity_type
      ) AS owner
      WHERE upper(tas_lookup.financial_indicator2) IS DISTINCT FROM 'F' /*belongs*/
    )
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
),
file AS (
  SELECT
    coalesce(file_b.display_tas, gtas.display_tas) COLLATE "C" AS display_tas,
    coalesce(file_b.allocation_transfer_agency, gtas.allocation_transfer_agency) COLLATE "C" AS allocation_transfer_agency,
    coalesce(file_b.agency_identifier, gtas.agency_identifier) COLLATE "C" AS agency_identifier,
    coalesce(file_b.beginning_period_of_availa, gtas.beginning_period_of_availa) COLLATE "C" AS beginning_period_of_availa,
    coalesce(file_b.ending_period_of_availabil, gtas.ending_period_of_availabil) COLLATE "C" AS ending_period_of_availabil,
    coalesce(file_b.availability_type_code, gtas.availability_type_code) COLLATE "C" AS availability_type_code,
    coalesce(file_b.main_account_code, gtas.main_account_code) COLLATE "C" AS main_account_code,
    coalesce(file_b.sub_account_code, gtas.sub_account_code) COLLATE "C" AS sub_account_code,
    coalesce(file_b.object_class, gtas.object_class) COLLATE "C" AS object_class,
    coalesce(file_b.by_direct_reimbursable_fun, gtas.by_direct_reimbursable_fun) COLLATE "C" AS by_direct_reimbursable_fun,
    coalesce(file_b.disaster_emergency_fund_code, gtas.disaster_emergency_fund_code) COLLATE "C"
      AS disaster_emergency_fund_code,
    coalesce(file_b.prior_year_adjustment, gtas.prior_year_adjustment) COLLATE "C" AS prior_year_adjustment,
    coalesce(file_b.begin_end, gtas.begin_end) COLLATE "C" AS begin_end,
    $1::integer AS reporting_fiscal_year,
    $2::integer AS reporting_fiscal_period,
    coalesce(file_b.ussgl, gtas.ussgl) COLLATE "C" AS ussgl_account_num,
    coalesce(gtas.amount, 0) AS dollar_amount_gtas,
    coalesce(file_b.amount, 0) AS dollar_amount_broker,
    coalesce(gtas.amount, 0) - coalesce(file_b.amount, 0) AS dollar_amount_diff,
    file_b_rows
  FROM file_b FULL JOIN gtas
    ON file_b.display_tas = gtas.display_tas
    AND file_b.object_class = gtas.object_class
    AND file_b.by_direct_reimbursable_fun = gtas.by_direct_reimbursable_fun
    AND file_b.disaster_emergency_fund_code = gtas.disaster_emergency_fund_code
    AND file_b.prior_year_adjustment = gtas.prior_year_adjustment
    AND file_b.begin_end = gtas.begin_end
    AND file_b.ussgl = gtas.ussgl
  WHERE file_b.amount <> 0 OR gtas.amount <> 0
)
SELECT /*columns*/
FROM file
-- The last five tell records apart that come of groups which differ in nothing but GTAS' account columns.
ORDER BY display_tas, allocation_transfer_agency, agency_identifier, beginning_period_of_availa,
  ending_period_of_availabil, availability_type_code, main_account_code, sub_account_code, object_class,
  by_direct_reimbursable_fun, disaster_emergency_fund_code, prior_year_adjustment, ussgl_account_num, begin_end,
  dollar_amount_gtas, scale(dollar_amount_gtas), dollar_amount_broker, scale(dollar_amount_broker), file_b_rows
