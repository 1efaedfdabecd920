import followText from "../../sql/sources/follow_accounts.sql" with { type: "text" };
import linkText from "../../sql/sources/link_accounts.sql" with { type: "text" };
import type { Session } from "../db.ts";
import { identifier } from "../load/table_columns.ts";

/**
 * Brings SF-133 and the CARS list into step, whichever of the two was just loaded: amounts whose account was
 * renamed follow it, and amounts without an account are linked to theirs (`docs/loading.md`, "SF-133 and
 * renamed accounts").
 *
 * @returns how many rows of `sf_133` have another account string now
 */
export async function followAccounts(session: Session): Promise<number> {
  const { rowCount } = await session.query(followText);
  await linkAccounts(session, "sf_133");
  return rowCount ?? 0;
}

/** Links rows that have no account to theirs, in `sf_133` or a table of such rows. */
export async function linkAccounts(session: Session, table: string): Promise<void> {
  await session.query(linkText.replaceAll("sf_133", () => identifier(table)));
}
