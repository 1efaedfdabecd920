-- File D2 by awarding agency: active assistance transactions in a range of action dates, both ends in.
-- The index published_fabs_awarding gives the rows in the promised order, so nothing is sorted.
SELECT /*columns*/
FROM published_fabs
WHERE awarding_agency_code = $3 AND action_date BETWEEN $1 AND $2 /*key range*/ AND is_active
ORDER BY action_date, afa_generated_unique, published_fabs_id
