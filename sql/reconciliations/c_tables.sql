-- The two sides of a reconciliation of File C. Awards are found by their identifiers in upper case (`…_key`), which is why
-- these have the collation that is compared fastest. All of it is gone when its transaction ends.

-- The records of File C that name an award and have an amount, which may be 0; no rule looks at others.
CREATE TEMP TABLE c_row (
  row_number bigint NOT NULL,
  -- Why the record is left out; such rows are taken away before a rule looks.
  fault text,
  tas text,
  piid text,
  parent_award_id text,
  fain text,
  uri text,
  -- TransactionObligatedAmount
  toa numeric,
  -- Whether the account is the agency's own: no allocation transfer agency, or the agency itself.
  is_own boolean,
  piid_key text COLLATE "C" GENERATED ALWAYS AS (upper(piid)) STORED,
  parent_key text COLLATE "C" GENERATED ALWAYS AS (upper(parent_award_id)) STORED,
  fain_key text COLLATE "C" GENERATED ALWAYS AS (upper(fain)) STORED,
  uri_key text COLLATE "C" GENERATED ALWAYS AS (upper(uri)) STORED
) ON COMMIT DROP;

-- The contract transactions of File D1 that have a PIID.
CREATE TEMP TABLE contract (
  transaction_key text NOT NULL,
  piid text NOT NULL,
  parent_award_id text,
  -- FederalActionObligation
  fao numeric,
  piid_key text COLLATE "C" GENERATED ALWAYS AS (upper(piid)) STORED,
  parent_key text COLLATE "C" GENERATED ALWAYS AS (upper(parent_award_id)) STORED
) ON COMMIT DROP;

-- The assistance transactions of File D2. Those of record type 1 are found by their URI, those of 2 and 3 by their FAIN;
-- what cannot be found is not here.
CREATE TEMP TABLE assistance (
  transaction_key text NOT NULL,
  record_type integer NOT NULL,
  fain text,
  uri text,
  -- FederalActionObligation and OriginalLoanSubsidyCost: the one that counts is that of the assistance type.
  fao numeric,
  olsc numeric,
  has_type boolean NOT NULL,
  is_loan boolean NOT NULL,
  fain_key text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN record_type IN (2, 3) THEN upper(fain) END) STORED,
  uri_key text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN record_type = 1 THEN upper(uri) END) STORED,
  CHECK (record_type IN (1, 2, 3))
) ON COMMIT DROP;
