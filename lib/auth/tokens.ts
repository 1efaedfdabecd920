import { createHash } from "node:crypto";
import type { Sql, Transaction } from "../db.ts";
import type { User } from "./user.ts";

/** What every API token begins with, so that people and secret scanners know one when they see it. */
export const TOKEN_PREFIX = "detached_";

const SECRET_BYTES = 32;

/** A token that was just made: the only time that it is known. */
export interface NewToken {
  tokenId: string;
  token: string;
  /** Null where it does not expire. */
  expiresAt: Date | null;
}

/** A token as a list shows it. */
export interface ListedToken {
  tokenId: string;
  userName: string;
  /** The last four characters. */
  lastCharacters: string;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** To the minute; null where it was never used. */
  lastUsedAt: Date | null;
  state: "valid" | "expired" | "revoked" | "user disabled";
}

const sha256 = (token: string): Uint8Array => createHash("sha256").update(token).digest();

/**
 * Makes an API token: the prefix and 256 random bits as 64 hexadecimal digits. Only its SHA-256 is stored.
 * The audit keeps that it was made, and by which database user.
 *
 * @param expiresInDays without it the token does not expire
 */
export async function createToken(
  sql: Sql | Transaction,
  userId: string,
  expiresInDays?: number,
): Promise<NewToken> {
  const token = TOKEN_PREFIX + crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toHex();
  const [row] = await sql<[{ id: string; expires_at: Date | null }]>`
    WITH made AS (
      INSERT INTO api_token (app_user_id, token_sha256, last_characters, expires_at)
      VALUES (${userId}, ${sha256(token)}, ${token.slice(-4)},
        now() + make_interval(days => ${expiresInDays ?? null}::integer))
      RETURNING api_token_id, app_user_id, expires_at
    ), audit AS (
      INSERT INTO audit_event (app_user_id, action, request_id, detail)
      SELECT app_user_id, 'token_made', gen_random_uuid(),
        jsonb_build_object('token_id', api_token_id, 'expires_at', expires_at, 'by', session_user)
      FROM made
    )
    SELECT api_token_id AS id, expires_at FROM made`;
  return { tokenId: row.id, token, expiresAt: row.expires_at };
}

/**
 * The user that a token signs in; undefined where it is unknown, expired or revoked, or its user disabled.
 */
export async function userOfToken(sql: Sql, token: string): Promise<User | undefined> {
  // The lookup goes by a hash that nobody can choose: how long it takes tells nothing about any token.
  const [user] = await sql<User[]>`
    SELECT app_user_id AS "userId", name, is_administrator AS "isAdministrator", affiliations
    FROM sign_in_with_token(${sha256(token)})`;
  return user;
}

/** Lists the tokens, newest first: everybody's, or one user's. */
export async function listTokens(sql: Sql, userName?: string): Promise<ListedToken[]> {
  return await sql<ListedToken[]>`
    SELECT api_token_id AS "tokenId", name AS "userName", last_characters AS "lastCharacters",
      api_token.created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt",
      last_used_at AS "lastUsedAt",
      CASE
        WHEN revoked_at IS NOT NULL THEN 'revoked'
        WHEN expires_at <= now() THEN 'expired'
        WHEN disabled_at IS NOT NULL THEN 'user disabled'
        ELSE 'valid'
      END AS state
    FROM api_token JOIN app_user USING (app_user_id)
    WHERE ${userName ?? null}::text IS NULL OR name = ${userName ?? null}
    ORDER BY api_token_id DESC`;
}

/**
 * Revokes a token: from now on it signs nobody in. One that was revoked before stays so.
 *
 * @returns false where there is no such token
 */
export async function revokeToken(sql: Sql, tokenId: string): Promise<boolean> {
  const { count } = await sql`
    WITH revoked AS (
      UPDATE api_token SET revoked_at = now() WHERE api_token_id = ${tokenId} AND revoked_at IS NULL
      RETURNING api_token_id, app_user_id
    ), audit AS (
      INSERT INTO audit_event (app_user_id, action, request_id, detail)
      SELECT app_user_id, 'token_revoked', gen_random_uuid(),
        jsonb_build_object('token_id', api_token_id, 'by', session_user)
      FROM revoked
    )
    SELECT FROM api_token WHERE api_token_id = ${tokenId}`;
  return count > 0;
}
