-- SF-133 rows of all periods whose Treasury account (account_num) has other parts now: they take over its
-- parts, so that they are found under the account's name of today. Where the account's string is the same
-- nothing is taken over.
UPDATE sf_133
SET
  allocation_transfer_agency = account.allocation_transfer_agency,
  agency_identifier = coalesce(account.agency_identifier, '000'),
  beginning_period_of_availa = account.beginning_period_of_availa,
  ending_period_of_availabil = account.ending_period_of_availabil,
  availability_type_code = account.availability_type_code,
  main_account_code = coalesce(account.main_account_code, '0000'),
  sub_account_code = coalesce(account.sub_account_code, '000'),
  tas = account.tas,
  display_tas = account.display_tas
FROM (SELECT DISTINCT ON (account_num) * FROM tas_lookup ORDER BY account_num, tas_id DESC) AS account
WHERE account.account_num = sf_133.account_num AND account.tas <> sf_133.tas
