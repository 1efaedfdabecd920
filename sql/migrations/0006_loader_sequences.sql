-- A load of `table:…` brings rows with their keys; the sequences that make new keys must then move past them.
GRANT SELECT, UPDATE ON SEQUENCE
  cgac_cgac_id_seq, frec_frec_id_seq, detached_award_procurement_detached_award_procurement_id_seq,
  published_fabs_published_fabs_id_seq, sf_133_sf133_id_seq, tas_lookup_tas_id_seq,
  tas_failed_edits_tas_failed_edits_id_seq, submission_window_schedule_submission_window_schedule_id_seq
TO detached_loader;
