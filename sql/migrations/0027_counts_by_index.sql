-- An agency's counts are read from the index alone: those of ten years would lie in as many pages of the table as there were loads.

ALTER TABLE record_count
  DROP CONSTRAINT record_count_pkey,
  ADD PRIMARY KEY (source_table, agency_type, agency_code, action_date) INCLUDE (records);
