-- What a reconciliation works with besides the source tables. All of it is gone when its transaction ends.

-- The rules that the upload is held to, in the order of the differences file.
CREATE TEMP TABLE rule (
  code text PRIMARY KEY,
  severity text NOT NULL,
  place integer NOT NULL
) ON COMMIT DROP;

-- What they have found: a line of the differences file each.
CREATE TEMP TABLE finding (
  rule text NOT NULL,
  row_number bigint,
  piid text,
  parent_award_id text,
  fain text,
  uri text,
  tas text,
  allocation_transfer_agency text,
  agency_identifier text,
  beginning_period_of_availa text,
  ending_period_of_availabil text,
  availability_type_code text,
  main_account_code text,
  sub_account_code text,
  yours text,
  treasury text,
  difference numeric,
  transaction_key text,
  explanation text NOT NULL
) ON COMMIT DROP;
