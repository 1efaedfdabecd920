import { join } from "node:path";
import { createToken, userOfToken } from "../../auth/tokens.ts";
import { ensureUser, setAdministrator } from "../../auth/users.ts";
import type { Sql } from "../../db.ts";

/** Whom `demo` and `start` sign in as. */
const USER = "administrator";

/**
 * An administrator's API token for the demo's service: the one kept in a folder, or a new one where there is none or the
 * database does not take it (any more). Readable for its owner alone.
 */
export async function keptToken(sql: Sql, folder: string): Promise<string> {
  const path = join(folder, "api-token");
  const kept = await textOf(path);
  if (kept && await userOfToken(sql, kept)) return kept;
  const { token } = await sql.begin(async (tx) => {
    const { userId } = await ensureUser(tx, USER);
    await setAdministrator(tx, userId, true);
    return await createToken(tx, userId);
  });
  await Deno.remove(path).catch(() => {});
  await Deno.writeTextFile(path, token, { createNew: true, mode: 0o600 });
  return token;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
