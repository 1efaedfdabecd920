import { type ListedToken, TOKEN_PREFIX } from "../auth/tokens.ts";
import { formatAffiliation } from "../auth/user.ts";
import type { ListedUser } from "../auth/users.ts";
import { textTable } from "../terminal/table.ts";

/** The tokens as a table for people; times are UTC. */
export const tokenTable = (tokens: readonly ListedToken[]): string =>
  textTable([
    ["ID", "USER", "TOKEN", "STATE", "CREATED", "EXPIRES", "LAST USED"],
    ...tokens.map((token) => [
      token.tokenId,
      token.userName,
      `${TOKEN_PREFIX}…${token.lastCharacters}`,
      token.state,
      minute(token.createdAt),
      token.expiresAt ? minute(token.expiresAt) : "never",
      token.lastUsedAt ? minute(token.lastUsedAt) : "never",
    ]),
  ]);

/** The users as a table for people. */
export const userTable = (users: readonly ListedUser[]): string =>
  textTable([
    ["USER", "STATE", "ADMINISTRATOR", "AGENCIES"],
    ...users.map((user) => [
      user.name,
      user.disabledAt ? "disabled" : "enabled",
      user.isAdministrator ? "yes" : "no",
      user.affiliations.map(formatAffiliation).join(", ") || "none",
    ]),
  ]);

/** A token as JSON shows it. */
export const tokenJson = (token: ListedToken) => ({
  token_id: token.tokenId,
  user: token.userName,
  last_characters: token.lastCharacters,
  state: token.state,
  created_at: token.createdAt,
  expires_at: token.expiresAt,
  revoked_at: token.revokedAt,
  last_used_at: token.lastUsedAt,
});

/** A user as JSON shows it. */
export const userJson = (user: ListedUser) => ({
  user: user.name,
  is_administrator: user.isAdministrator,
  affiliations: user.affiliations.map(formatAffiliation),
  created_at: user.createdAt,
  disabled_at: user.disabledAt,
});

const minute = (date: Date): string => date.toISOString().slice(0, 16).replace("T", " ");
