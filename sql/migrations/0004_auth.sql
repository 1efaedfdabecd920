-- Who may sign in, for which agencies, and what they did.

CREATE TABLE app_user (
  app_user_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  is_administrator boolean NOT NULL DEFAULT false,
  oidc_issuer text,
  oidc_subject text,
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz CHECK (disabled_at >= created_at),

  UNIQUE (oidc_issuer, oidc_subject),
  CONSTRAINT subject_has_an_issuer CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
  -- OpenID Connect Core 1.0, section 2: a subject has at most 255 ASCII characters, and is unique only with its issuer.
  CONSTRAINT subject_is_valid CHECK (oidc_subject ~ '^[ -~]{1,255}$'),
  CONSTRAINT issuer_is_valid CHECK (oidc_issuer ~ '^https?://[!"$-~]+$' AND length(oidc_issuer) <= 500),
  -- Nobody can choose a name at the issuer that is somebody else's here: a given name has neither ":" nor "#".
  CONSTRAINT name_is_given_or_the_issuers CHECK (CASE WHEN oidc_issuer IS NULL
    THEN name ~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$'
    ELSE name = oidc_issuer || '#' || oidc_subject END)
);
COMMENT ON TABLE app_user IS 'Who may sign in: by API tokens, or by the tokens of an OpenID Connect issuer.';
COMMENT ON COLUMN app_user.name IS 'Never changes: jobs are kept under it.';
COMMENT ON COLUMN app_user.disabled_at IS 'From then on nothing signs this user in.';

CREATE TABLE affiliation (
  app_user_id bigint NOT NULL REFERENCES app_user,
  agency_code text NOT NULL CHECK (agency_code ~ '^[0-9A-Z]{3,4}$'),
  permission text NOT NULL CHECK (permission IN ('reader', 'writer', 'submitter', 'editfabs', 'fabs')),
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (app_user_id, agency_code, permission)
);
COMMENT ON TABLE affiliation IS 'What a user may do for an agency: a CGAC (3 characters) or a FREC (4).';

CREATE TABLE api_token (
  api_token_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  app_user_id bigint NOT NULL REFERENCES app_user,
  token_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(token_sha256) = 32),
  last_characters text NOT NULL CHECK (last_characters ~ '^[0-9a-f]{4}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz CHECK (expires_at > created_at),
  revoked_at timestamptz CHECK (revoked_at >= created_at),
  last_used_at timestamptz CHECK (last_used_at >= created_at)
);
COMMENT ON COLUMN api_token.token_sha256 IS
  'The token has 256 random bits, so a plain hash cannot be reversed. The token itself is nowhere.';
COMMENT ON COLUMN api_token.last_used_at IS 'To the minute.';
CREATE INDEX api_token_user ON api_token (app_user_id);

CREATE TABLE audit_event (
  audit_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  app_user_id bigint REFERENCES app_user,
  action text NOT NULL CHECK (action IN ('request', 'status', 'list', 'link', 'download', 'cancel', 'refused')),
  job_id bigint,
  agency_code text CHECK (agency_code ~ '^[0-9A-Z]{3,4}$'),
  request_id text NOT NULL CHECK (length(request_id) BETWEEN 1 AND 255),
  detail jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object' AND pg_column_size(detail) <= 4096),

  CONSTRAINT somebody_did_it CHECK (app_user_id IS NOT NULL OR action = 'download'),
  CONSTRAINT done_to_a_job CHECK (job_id IS NOT NULL OR action IN ('list', 'download', 'refused'))
);
-- No foreign key to generation_job: what was done stays known after a job is gone.
COMMENT ON TABLE audit_event IS 'Who asked for, saw, fetched and cancelled what. Rows are only ever added.';
COMMENT ON COLUMN audit_event.app_user_id IS 'Unknown for a download: whoever holds a signed link may use it.';
-- A program that waits asks every second: a user's first look at a job is kept, the others are not.
CREATE UNIQUE INDEX audit_event_first_look ON audit_event (app_user_id, job_id) WHERE action = 'status';
CREATE INDEX audit_event_job ON audit_event (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX audit_event_at ON audit_event USING brin (at);

CREATE VIEW enabled_user AS
SELECT
  app_user_id, name, is_administrator, oidc_issuer, oidc_subject,
  (
    SELECT coalesce(
      jsonb_agg(jsonb_build_object('agencyCode', agency_code, 'permission', permission)
        ORDER BY agency_code, permission), '[]')
    FROM affiliation WHERE affiliation.app_user_id = app_user.app_user_id
  ) AS affiliations
FROM app_user
WHERE disabled_at IS NULL;
COMMENT ON VIEW enabled_user IS 'Who may sign in, as the service sees a user.';

-- Signing in is one call, and whoever may make it cannot read the tables behind it. PL/pgSQL keeps its plans for the
-- session, so a call costs little more than the bare query. A fixed search_path: nobody can slip in tables of their own.

CREATE FUNCTION sign_in_with_token(sha256 bytea)
RETURNS TABLE (app_user_id bigint, name text, is_administrator boolean, affiliations jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  valid record;
BEGIN
  SELECT token.api_token_id, enabled_user.*,
    token.last_used_at IS NULL OR token.last_used_at < now() - interval '1 minute' AS use_is_news
  INTO valid
  FROM api_token AS token JOIN enabled_user ON enabled_user.app_user_id = token.app_user_id
  WHERE token.token_sha256 = sha256 AND token.revoked_at IS NULL
    AND (token.expires_at IS NULL OR token.expires_at > now());
  IF NOT FOUND THEN RETURN; END IF;
  IF valid.use_is_news THEN
    -- Whoever comes at the same moment does not wait for the first to write it.
    UPDATE api_token AS token SET last_used_at = now()
    FROM (
      SELECT used.api_token_id FROM api_token AS used
      WHERE used.api_token_id = valid.api_token_id
        AND (used.last_used_at IS NULL OR used.last_used_at < now() - interval '1 minute')
      FOR NO KEY UPDATE SKIP LOCKED
    ) AS free
    WHERE token.api_token_id = free.api_token_id;
  END IF;
  app_user_id := valid.app_user_id;
  name := valid.name;
  is_administrator := valid.is_administrator;
  affiliations := valid.affiliations;
  RETURN NEXT;
END $$;
REVOKE EXECUTE ON FUNCTION sign_in_with_token FROM PUBLIC;
COMMENT ON FUNCTION sign_in_with_token IS
  'The user of the token with this hash: one row, or none where it is unknown, expired or revoked, or the user disabled.';

CREATE FUNCTION sign_in_with_oidc(issuer text, subject text)
RETURNS TABLE (app_user_id bigint, name text, is_administrator boolean, affiliations jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM app_user WHERE oidc_issuer = issuer AND oidc_subject = subject) THEN
    INSERT INTO app_user (name, oidc_issuer, oidc_subject) VALUES (issuer || '#' || subject, issuer, subject)
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN QUERY
    SELECT u.app_user_id, u.name, u.is_administrator, u.affiliations
    FROM enabled_user AS u
    WHERE oidc_issuer = issuer AND oidc_subject = subject;
END $$;
REVOKE EXECUTE ON FUNCTION sign_in_with_oidc FROM PUBLIC;
COMMENT ON FUNCTION sign_in_with_oidc IS
  'The user of an issuer''s subject, made at first sight, without affiliations: one row, or none where it is disabled.';
