/**
 * `deno task token <command>`: makes, lists and revokes API tokens, and manages users and their affiliations.
 */
import { createToken, listTokens, revokeToken } from "../auth/tokens.ts";
import { type Affiliation, formatAffiliation } from "../auth/user.ts";
import {
  deny,
  ensureUser,
  grant,
  isIssuersName,
  listUsers,
  setAdministrator,
  setDisabled,
  unknownAgencies,
  UserError,
  userId,
} from "../auth/users.ts";
import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import { runMain } from "../run_main.ts";
import { withDatabase } from "./command_database.ts";
import { type Arguments, readArguments, USAGE } from "./token_arguments.ts";
import { tokenJson, tokenTable, userJson, userTable } from "./token_tables.ts";

// A command's output goes to standard output; what else is worth saying goes to standard error, so that
// `TOKEN=$(deno task token create …)` works.
// deno-lint-ignore no-console
const print = (text: string): void => console.log(text);
// deno-lint-ignore no-console
const say = (text: string): void => console.error(text);

const wordsOf = (affiliations: readonly Affiliation[], admin: boolean): string =>
  [...(admin ? ["administrator"] : []), ...affiliations.map(formatAffiliation)].join(", ") || "no agency";

async function create(
  sql: Sql,
  { user, affiliations, admin, expiresInDays, json }: Arguments,
): Promise<void> {
  const make = async (tx: Transaction) => {
    const { userId } = await ensureUser(tx, user!);
    await grant(tx, userId, affiliations);
    if (admin) await setAdministrator(tx, userId, true);
    const [of] = await listUsers(tx, user!);
    if (of!.disabledAt) {
      throw new UserError(`${user} is disabled, so a token would not work (deno task token enable).`);
    }
    return { made: await createToken(tx, userId, expiresInDays), of: of! };
  };
  const { made, of } = await retryConflicts(() => sql.begin(make));
  await warnOfUnknown(sql, affiliations);
  if (json) {
    return print(JSON.stringify({
      token_id: made.tokenId,
      token: made.token,
      user,
      is_administrator: of.isAdministrator,
      affiliations: of.affiliations.map(formatAffiliation),
      expires_at: made.expiresAt,
    }));
  }
  const until = made.expiresAt ? `until ${made.expiresAt.toISOString()}` : "until it is revoked";
  say(
    `Made token ${made.tokenId} for ${user} (${
      wordsOf(of.affiliations, of.isAdministrator)
    }), valid ${until}.`,
  );
  say("Keep it: it is shown only now.");
  print(made.token);
}

async function list(sql: Sql, { user, json }: Arguments): Promise<void> {
  if (user !== undefined) await userId(sql, user);
  const tokens = await listTokens(sql, user);
  print(json ? JSON.stringify(tokens.map(tokenJson)) : tokenTable(tokens));
}

async function users(sql: Sql, { user, json }: Arguments): Promise<void> {
  if (user !== undefined) await userId(sql, user);
  const found = await listUsers(sql, user);
  print(json ? JSON.stringify(found.map(userJson)) : userTable(found));
}

async function revoke(sql: Sql, { ids }: Arguments): Promise<void> {
  const unknown = [];
  for (const id of ids) {
    if (await revokeToken(sql, id)) print(`Token ${id} is revoked.`);
    else unknown.push(id);
  }
  if (unknown.length > 0) {
    throw new UserError(`There is no token ${unknown.join(" or ")}. deno task token list shows them all.`);
  }
}

async function change(sql: Sql, { command, user, affiliations, admin }: Arguments): Promise<void> {
  const changeIn = async (tx: Transaction) => {
    if (command === "grant") {
      // Those who sign in by OpenID Connect get no token, so this is where they are made known beforehand.
      const id = isIssuersName(user!) ? (await ensureUser(tx, user!)).userId : await userId(tx, user!);
      await grant(tx, id, affiliations);
      if (admin) await setAdministrator(tx, id, true);
    } else {
      const id = await userId(tx, user!);
      await deny(tx, id, affiliations);
      if (admin) await setAdministrator(tx, id, false);
    }
    return await listUsers(tx, user!);
  };
  const [now] = await retryConflicts(() => sql.begin(changeIn));
  if (command === "grant") await warnOfUnknown(sql, affiliations);
  print(`${user} has now: ${wordsOf(now!.affiliations, now!.isAdministrator)}.`);
}

async function disable(sql: Sql, { command, user }: Arguments): Promise<void> {
  await setDisabled(sql, await userId(sql, user!), command === "disable");
  print(command === "disable" ? `${user} cannot sign in any more.` : `${user} can sign in again.`);
}

async function warnOfUnknown(sql: Sql, affiliations: readonly Affiliation[]): Promise<void> {
  const unknown = await unknownAgencies(sql, affiliations.map(({ agencyCode }) => agencyCode));
  if (unknown.length > 0) {
    say(`Note: no agency with the code ${unknown.join(" or ")} is loaded (deno task load agencies).`);
  }
}

const COMMANDS: Record<string, (sql: Sql, args: Arguments) => Promise<void>> = {
  create,
  list,
  revoke,
  users,
  grant: change,
  deny: change,
  disable,
  enable: disable,
};

await runMain(USAGE, async (args) => {
  if (args[0] === "help") return print(USAGE);
  const wanted = readArguments(args);
  await withDatabase({ name: "token" }, (sql) => COMMANDS[wanted.command]!(sql, wanted));
});
