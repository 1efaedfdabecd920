-- C8: an assistance award of File C that File D2 does not have. Own rows alone count; whatever File D2 has for the award
-- will do. A row that names a FAIN and a URI is looked up by both.
INSERT INTO finding (rule, row_number, fain, uri, tas, yours, difference, explanation)
SELECT 'C8', row_number, fain, uri, tas, toa, toa,
  format('File C has %s for the award with FAIN %s, which File D2 does not have for this agency and these dates.',
    toa, fain)
FROM c_row
WHERE is_own AND fain IS NOT NULL
  AND NOT EXISTS (SELECT FROM assistance WHERE assistance.fain_key = c_row.fain_key)
UNION ALL
SELECT 'C8', row_number, fain, uri, tas, toa, toa,
  format('File C has %s for the award with URI %s, which File D2 does not have for this agency and these dates.',
    toa, uri)
FROM c_row
WHERE is_own AND uri IS NOT NULL
  AND NOT EXISTS (SELECT FROM assistance WHERE assistance.uri_key = c_row.uri_key)
