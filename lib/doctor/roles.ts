import rolesQuery from "../../sql/doctor/roles.sql" with { type: "text" };
import type { Sql } from "../db.ts";
import { type Finding, well, wrong } from "./finding.ts";

interface GroupRole {
  role: string;
  isThere: boolean;
  /** Whether the connected user acts by it. */
  isMine: boolean;
  /** Rights that the process it is for cannot do without. */
  lacks: string[];
}

/** Looks at the group roles (`SECURITY.md`, "Database users"), and what the connected user may do. */
export async function lookAtRoles(sql: Sql): Promise<Finding[]> {
  const roles = await sql.unsafe<GroupRole[]>(rolesQuery);
  const missing = roles.filter(({ isThere }) => !isThere).map(({ role }) => role);
  if (missing.length > 0) {
    return [wrong(
      `The server lacks the group ${missing.length === 1 ? "role" : "roles"} ${
        missing.join(", ")
      }: no process but the ` +
        "tables' owner can work on the database.",
      `Make them as docs/operations.md, "Backup" does, and restore the dump again.`,
    )];
  }
  const findings = roles.filter(({ lacks }) => lacks.length > 0).map(({ role, lacks }) =>
    wrong(
      `The role ${role} lacks ${lacks.join(", ")}.`,
      `Restore the dump with its rights (docs/operations.md, "Backup"), or grant them as sql/migrations does.`,
    )
  );
  if (findings.length === 0) findings.push(well("The four group roles are there and have their rights."));
  const mine = roles.filter(({ isMine }) => isMine).map(({ role }) => role);
  const [{ owns }] = await sql<[{ owns: boolean }]>`
    SELECT pg_has_role(current_user, relowner, 'USAGE') AS owns FROM pg_class
    WHERE oid = 'public.file_generation'::regclass`;
  findings.push(
    owns
      ? well("The user of DATABASE_URL owns the tables: it may do everything, migrations too.")
      : mine.length > 0
      ? well(`The user of DATABASE_URL may do what ${mine.join(", ")} may.`)
      : wrong(
        "The user of DATABASE_URL has none of the four group roles.",
        `Grant it the one of its process: GRANT detached_api TO …, or detached_worker (SECURITY.md, "Database users").`,
      ),
  );
  return findings;
}
