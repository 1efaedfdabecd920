import { createToken, userOfToken } from "../../auth/tokens.ts";
import { ensureUser, setAdministrator } from "../../auth/users.ts";
import { KEPT, readKept } from "../../kept.ts";
import type { Sql } from "../../db.ts";
import { replaceFile } from "../../replace_file.ts";

/** Whom `demo` and `start` sign in as. */
const USER = "administrator";

/**
 * An administrator's API token for the demo's service: the one that is kept, or a new one where there is none
 * or the database does not take it (any more).
 */
export async function keptToken(sql: Sql): Promise<string> {
  const kept = await readKept(KEPT.token);
  if (kept && await userOfToken(sql, kept)) return kept;
  const { token } = await sql.begin(async (tx) => {
    const { userId } = await ensureUser(tx, USER);
    await setAdministrator(tx, userId, true);
    return await createToken(tx, userId);
  });
  await replaceFile(KEPT.token, token);
  return token;
}
