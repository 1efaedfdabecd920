import type { Sql, Transaction } from "../db.ts";
import { ProcessError } from "../process_error.ts";
import { type Affiliation, formatAffiliation, type User } from "./user.ts";

/** Something about users that cannot be done; the message is a sentence for a person. */
export class UserError extends ProcessError {
  override readonly name = "UserError";
}

/** A user as a list shows it. */
export interface ListedUser extends User {
  createdAt: Date;
  /** Null where the user may sign in. */
  disabledAt: Date | null;
}

const GIVEN_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;
const ISSUERS_NAME = /^(https?:\/\/[^#\s]+)#([ -~]{1,255})$/;

/** Whether a name is one that an OpenID Connect issuer's subject has here: `<issuer>#<subject>`. */
export const isIssuersName = (name: string): boolean => ISSUERS_NAME.test(name);

/**
 * The ID of the user with this name, made where there is none.
 *
 * @param name letters, digits and `._@+-`; or `<issuer>#<subject>` for somebody who is to sign in by OpenID
 * Connect
 * @throws {UserError} where no user can have that name
 */
export async function ensureUser(tx: Transaction, name: string): Promise<{ userId: string; isNew: boolean }> {
  const [, issuer = null, subject = null] = ISSUERS_NAME.exec(name) ?? [];
  if (issuer === null && !GIVEN_NAME.test(name)) {
    throw new UserError(
      `${
        JSON.stringify(name)
      } cannot be a user's name: it must have 1 to 128 letters, digits or "._@+-", beginning ` +
        `with a letter or digit, or be "<issuer>#<subject>" for somebody who signs in by OpenID Connect.`,
    );
  }
  const [made] = await tx<{ userId: string }[]>`
    INSERT INTO app_user (name, oidc_issuer, oidc_subject) VALUES (${name}, ${issuer}, ${subject})
    ON CONFLICT DO NOTHING RETURNING app_user_id AS "userId"`;
  return made ? { userId: made.userId, isNew: true } : { userId: await userId(tx, name), isNew: false };
}

/** The ID of the user with this name. @throws {UserError} where there is none */
export async function userId(sql: Sql | Transaction, name: string): Promise<string> {
  const [user] = await sql<{ id: string }[]>`SELECT app_user_id AS id FROM app_user WHERE name = ${name}`;
  if (!user) throw new UserError(`There is no user ${JSON.stringify(name)}.`);
  return user.id;
}

/** Lists the users by name: all, or the one with this name. */
export async function listUsers(sql: Sql | Transaction, name?: string): Promise<ListedUser[]> {
  return await sql<ListedUser[]>`
    SELECT app_user_id AS "userId", name, is_administrator AS "isAdministrator", created_at AS "createdAt",
      disabled_at AS "disabledAt",
      (
        SELECT coalesce(json_agg(json_build_object('agencyCode', agency_code, 'permission', permission)
          ORDER BY agency_code, permission), '[]')
        FROM affiliation WHERE affiliation.app_user_id = app_user.app_user_id
      ) AS affiliations
    FROM app_user
    WHERE ${name ?? null}::text IS NULL OR name = ${name ?? null}
    ORDER BY name`;
}

/** Gives a user affiliations; those it has already stay. */
export async function grant(
  tx: Transaction,
  userId: string,
  affiliations: readonly Affiliation[],
): Promise<void> {
  for (const { agencyCode, permission } of affiliations) {
    await tx`
      WITH granted AS (
        INSERT INTO affiliation (app_user_id, agency_code, permission)
        VALUES (${userId}, ${agencyCode}, ${permission})
        ON CONFLICT DO NOTHING RETURNING app_user_id, agency_code, permission
      )
      INSERT INTO audit_event (app_user_id, action, agency_code, request_id, detail)
      SELECT app_user_id, 'granted', agency_code, gen_random_uuid(),
        jsonb_build_object('permission', permission, 'by', session_user)
      FROM granted`;
  }
}

/** Takes affiliations from a user. @throws {UserError} where the user does not have one of them */
export async function deny(
  tx: Transaction,
  userId: string,
  affiliations: readonly Affiliation[],
): Promise<void> {
  for (const affiliation of affiliations) {
    const { count } = await tx`
      WITH denied AS (
        DELETE FROM affiliation
        WHERE app_user_id = ${userId} AND agency_code = ${affiliation.agencyCode}
          AND permission = ${affiliation.permission}
        RETURNING app_user_id, agency_code, permission
      )
      INSERT INTO audit_event (app_user_id, action, agency_code, request_id, detail)
      SELECT app_user_id, 'denied', agency_code, gen_random_uuid(),
        jsonb_build_object('permission', permission, 'by', session_user)
      FROM denied`;
    if (count === 0) throw new UserError(`The user does not have ${formatAffiliation(affiliation)}.`);
  }
}

/** Makes a user an administrator, or no longer one. */
export async function setAdministrator(
  tx: Transaction,
  userId: string,
  isAdministrator: boolean,
): Promise<void> {
  await tx`
    WITH changed AS (
      UPDATE app_user SET is_administrator = ${isAdministrator}
      WHERE app_user_id = ${userId} AND is_administrator <> ${isAdministrator}
      RETURNING app_user_id, is_administrator
    )
    INSERT INTO audit_event (app_user_id, action, request_id, detail)
    SELECT app_user_id, CASE WHEN is_administrator THEN 'granted' ELSE 'denied' END, gen_random_uuid(),
      jsonb_build_object('administrator', true, 'by', session_user)
    FROM changed`;
}

/** Disables a user, so that nothing signs it in from now on, or enables it again. */
export async function setDisabled(sql: Sql, userId: string, disabled: boolean): Promise<void> {
  await sql`
    WITH changed AS (
      UPDATE app_user SET disabled_at = CASE WHEN ${disabled} THEN now() END
      WHERE app_user_id = ${userId} AND (disabled_at IS NULL) = ${disabled}
      RETURNING app_user_id, disabled_at
    )
    INSERT INTO audit_event (app_user_id, action, request_id, detail)
    SELECT app_user_id, CASE WHEN disabled_at IS NULL THEN 'user_enabled' ELSE 'user_disabled' END,
      gen_random_uuid(), jsonb_build_object('by', session_user)
    FROM changed`;
}

/** Those of some agency codes that no agency in the database has. */
export async function unknownAgencies(sql: Sql | Transaction, codes: readonly string[]): Promise<string[]> {
  const rows = await sql<{ code: string }[]>`
    SELECT DISTINCT code FROM unnest(${[...codes]}::text[]) AS code
    WHERE NOT EXISTS (SELECT FROM cgac WHERE cgac_code = code)
      AND NOT EXISTS (SELECT FROM frec WHERE frec_code = code)
    ORDER BY code`;
  return rows.map(({ code }) => code);
}
