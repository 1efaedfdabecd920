/** The group roles that a migration makes (`SECURITY.md`). */
export const ROLES = ["detached_api", "detached_worker", "detached_loader", "detached_operator"] as const;

/** One of `ROLES`. */
export type Role = (typeof ROLES)[number];

/** A database's URL that makes every session go on as a role: with its rights, whoever has logged in. */
export function urlAs(databaseUrl: string, role: Role): string {
  const [server, query = ""] = databaseUrl.split("?");
  const others = query.split("&").filter((parameter) => parameter && !parameter.startsWith("options="));
  // As libpq reads it, for which + is no blank.
  return `${server}?${[...others, `options=-c%20role%3D${role}`].join("&")}`;
}
