import type { Sql } from "../../lib/db.ts";
import type { Role } from "../helpers/roles.ts";

type Rights = Partial<Record<Role, string>>;

const everything = "SELECT, INSERT, UPDATE, DELETE";
const sourceTable: Rights = { detached_worker: "SELECT", detached_loader: everything };
/** A file's first records are read by the API. */
const readTable: Rights = { ...sourceTable, detached_api: "SELECT" };
const agencyTable: Rights = { ...sourceTable, detached_api: "SELECT", detached_operator: "SELECT" };
const nobody: Rights = {};

/** Every table and view, and what each role may do with it; whoever is not named may do nothing. */
export const RIGHTS: Record<string, Rights> = {
  "public.affiliation": {
    detached_operator: "SELECT, INSERT (app_user_id, agency_code, permission), DELETE",
  },
  "public.api_token": {
    detached_operator:
      "SELECT (api_token_id, app_user_id, last_characters, created_at, expires_at, revoked_at, last_used_at), " +
      "INSERT (app_user_id, token_sha256, last_characters, expires_at), UPDATE (revoked_at)",
  },
  "public.app_user": {
    detached_operator:
      "SELECT, INSERT (name, oidc_issuer, oidc_subject), UPDATE (is_administrator, disabled_at)",
  },
  "public.audit_event": {
    detached_api:
      "INSERT (app_user_id, action, job_id, agency_code, request_id, detail, client_request_id, address)",
    detached_operator: "SELECT, INSERT (app_user_id, action, agency_code, request_id, detail)",
  },
  "public.cgac": agencyTable,
  "public.data_load": { detached_loader: "SELECT, INSERT" },
  "public.data_source": {
    detached_api: "SELECT",
    detached_worker: "SELECT",
    // Versions are the triggers'.
    detached_loader: "SELECT, INSERT (source_table, loaded_at, is_sample), UPDATE (loaded_at, is_sample)",
  },
  "public.detached_award_procurement": readTable,
  "public.enabled_user": nobody,
  "public.file_generation": {
    detached_api:
      "SELECT, INSERT (file_type, agency_code, start_date, end_date, request, request_key, data_version, trace_parent), " +
      "UPDATE (state, leased_by, lease_expires_at, changed_at, ended_at, linked_until)",
    detached_worker:
      "SELECT, UPDATE (data_version, state, attempt, failures, leased_by, lease_expires_at, rows_written, started_at, " +
      "changed_at, ended_at, stored_key, file_name, size_bytes, row_count, sha256, data_as_of, removed_at, error_code, " +
      "error_message, retryable, rows_estimated, snoozes, snooze_message, findings, changes, file_warnings)",
  },
  "public.file_totals": { detached_api: "SELECT", detached_worker: "INSERT" },
  "public.frec": agencyTable,
  "public.generation_job": {
    detached_api:
      "SELECT, INSERT (file_generation_id, requested_by, reused, waiting, ignored_keys, data_checked_at, warnings), " +
      "UPDATE (cancelled_at, waiting)",
  },
  "public.gtas_boc": readTable,
  "public.idempotency_key": { detached_api: "SELECT, INSERT, UPDATE", detached_worker: "SELECT, DELETE" },
  "public.period_count": { detached_api: "SELECT", detached_worker: "SELECT" },
  "public.published_fabs": readTable,
  "public.published_object_class_program_activity": readTable,
  "public.published_submission": { detached_api: "SELECT", detached_worker: "SELECT" },
  "public.record_count": { detached_api: "SELECT", detached_worker: "SELECT" },
  // Every process looks, when it starts, whether the schema is the one of its release.
  "public.schema_migration": {
    detached_api: "SELECT (name)",
    detached_worker: "SELECT (name)",
    detached_loader: "SELECT (name)",
    detached_operator: "SELECT (name)",
  },
  "public.sf_133": readTable,
  "public.submission": { detached_loader: everything },
  "public.submission_window_schedule": { ...sourceTable, detached_api: "SELECT" },
  "public.tas_failed_edits": readTable,
  "public.tas_lookup": readTable,
  "public.unpublished_object": {
    detached_api:
      "SELECT (stored_key, file_generation_id, attempt, swept_at, sweep_at), INSERT (stored_key, sweep_at), " +
      "UPDATE (file_generation_id, upload_id, sweep_at)",
    detached_worker: everything,
  },
  "graphile_worker._private_job_queues": { detached_worker: "SELECT, INSERT, UPDATE" },
  "graphile_worker._private_jobs": { detached_worker: everything },
  "graphile_worker._private_known_crontabs": { detached_worker: "SELECT, INSERT, UPDATE" },
  "graphile_worker._private_tasks": { detached_worker: "SELECT, INSERT, UPDATE" },
  "graphile_worker.jobs": { detached_worker: "SELECT" },
  "graphile_worker.migrations": { detached_worker: "SELECT" },
};

const SOURCE_TABLES = Object.keys(RIGHTS).filter((table) => RIGHTS[table]!.detached_loader === everything);

/** The functions of this service, and who may call them. */
export const CALLERS: Record<string, Role[]> = {
  analyze_source_table: ["detached_loader"],
  dequeue_generation: ["detached_api"],
  forget_upload: ["detached_api"],
  enqueue_generation: ["detached_api", "detached_worker"],
  room_for_generation: ["detached_api"],
  note_periods_loaded: ["detached_loader"],
  // An owner's.
  count_source_records: [],
  // Triggers'.
  counting_of: [],
  keep_data_version: [],
  lock_data_version: [],
  end_waiting: [],
  forget_findings: [],
  forget_totals: [],
  notify_generation_changed: [],
  remake_lost_file: ["detached_api"],
  sign_in_with_oidc: ["detached_api"],
  sign_in_with_token: ["detached_api"],
};

/** What the catalogs say, in the form of `RIGHTS`: only what was granted, to whomever but the owner. */
export async function grantedRights(sql: Sql): Promise<Record<string, Record<string, string>>> {
  const rows = await sql<{ relation: string; role: string | null; rights: string | null }[]>`
    SELECT nspname || '.' || relname AS relation, role,
      string_agg(what, ', ' ORDER BY array_position(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'], privilege)) AS rights
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    LEFT JOIN LATERAL (
      SELECT coalesce(rolname, 'PUBLIC') AS role, privilege, what
      FROM (
        SELECT grantee, privilege_type AS privilege, privilege_type AS what FROM aclexplode(relacl)
        UNION ALL
        SELECT grantee, privilege_type,
          privilege_type || ' (' || string_agg(attname, ', ' ORDER BY attnum) || ')'
        FROM pg_attribute, aclexplode(attacl) WHERE attrelid = pg_class.oid GROUP BY grantee, privilege_type
      ) AS granted
      LEFT JOIN pg_roles ON pg_roles.oid = grantee
      WHERE grantee <> relowner
    ) AS granted ON true
    WHERE nspname IN ('public', 'graphile_worker') AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    GROUP BY nspname, relname, role`;
  const found: Record<string, Record<string, string>> = {};
  for (const { relation, role, rights } of rows) {
    found[relation] ??= {};
    if (role && rights) found[relation][role] = rights;
  }
  return found;
}

/**
 * The sequences, and what may be done with each: the loader moves those of the tables that it brings rows
 * with keys to.
 */
export async function sequenceRights(sql: Sql): Promise<Record<string, Rights>> {
  const sequences = await sql<{ name: string; table: string }[]>`
    SELECT sequence.oid::regclass::text AS name, owner.relnamespace::regnamespace || '.' || owner.relname AS table
    FROM pg_class AS sequence
    JOIN pg_depend ON objid = sequence.oid AND classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
    JOIN pg_class AS owner ON owner.oid = refobjid
    WHERE sequence.relkind = 'S'`;
  return Object.fromEntries(sequences.map(({ name, table }) => [
    name.includes(".") ? name : `public.${name}`,
    SOURCE_TABLES.includes(table) ? { detached_loader: "SELECT, UPDATE" } : nobody,
  ]));
}
