-- The accounts of a period in the order of file A, so that its first records can be looked at without reading all amounts. An account
-- has some forty of them, which such an index keeps as one entry.
CREATE INDEX sf_133_account ON sf_133 (
  fiscal_year, period,
  allocation_transfer_agency, agency_identifier, beginning_period_of_availa, ending_period_of_availabil, availability_type_code,
  main_account_code, sub_account_code,
  tas, display_tas
);
