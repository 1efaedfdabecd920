-- Some FRECs submit for themselves; the others are a part of what their CGAC submits.

ALTER TABLE frec ADD COLUMN is_frec boolean;
COMMENT ON COLUMN frec.is_frec IS
  'Whether it submits as a FREC, as the list of agency codes says; NULL where no such list was loaded.';
