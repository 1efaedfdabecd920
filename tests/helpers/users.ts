import { createToken } from "../../lib/auth/tokens.ts";
import { parseAffiliation } from "../../lib/auth/user.ts";
import { ensureUser, grant, setAdministrator } from "../../lib/auth/users.ts";
import type { Sql } from "../../lib/db.ts";

/** Makes a user with a token, as `deno task token create` does. */
export async function addUser(
  sql: Sql,
  name: string,
  { agencies = [], admin = false, expiresInDays }: {
    agencies?: string[];
    admin?: boolean;
    expiresInDays?: number;
  } = {},
): Promise<{ userId: string; tokenId: string; token: string }> {
  return await sql.begin(async (tx) => {
    const { userId } = await ensureUser(tx, name);
    await grant(tx, userId, agencies.map((agency) => parseAffiliation(agency)!));
    if (admin) await setAdministrator(tx, userId, true);
    const { tokenId, token } = await createToken(tx, userId, expiresInDays);
    return { userId, tokenId, token };
  });
}
