-- File D1 by awarding agency: contract transactions in a range of action dates, both ends in.
-- The index detached_award_procurement_awarding gives the rows in the promised order, so nothing is sorted.
SELECT /*columns*/
FROM detached_award_procurement
WHERE awarding_agency_code = $3 AND action_date BETWEEN $1 AND $2 /*key range*/
ORDER BY action_date, detached_award_proc_unique, detached_award_procurement_id
