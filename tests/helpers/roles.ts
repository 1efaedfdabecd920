/** The group roles that a migration makes (`SECURITY.md`). */
export const ROLES = ["detached_api", "detached_worker", "detached_loader", "detached_operator"] as const;

/** One of `ROLES`. */
export type Role = (typeof ROLES)[number];

/** A database's URL that makes every session go on as a role: with its rights, whoever has logged in. */
export function urlAs(databaseUrl: string, role: Role): string {
  const url = new URL(databaseUrl);
  // As libpq reads it, for which + is no blank.
  url.search = `?options=-c%20role%3D${role}`;
  return url.href;
}
