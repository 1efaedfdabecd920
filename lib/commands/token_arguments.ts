import { TOKEN_PREFIX } from "../auth/tokens.ts";
import { type Affiliation, parseAffiliation, PERMISSIONS } from "../auth/user.ts";
import { UsageError } from "../process_error.ts";
import { readOptions } from "../run_main.ts";

/** What `deno task token` without a command shows. */
export const USAGE = `Usage: deno task token <command> [options]

Commands:
  create --user NAME [--agency CODE:PERMISSION]… [--admin] [--expires DAYS]
                                  makes a token, and the user where there is none; prints the token, this once
  list [--user NAME]              lists the tokens
  revoke ID…                      revokes tokens; they stop working at once
  users [--user NAME]             lists the users and what they may do
  grant --user NAME [--agency CODE:PERMISSION]… [--admin]    lets a user do more
  deny --user NAME [--agency CODE:PERMISSION]… [--admin]     lets a user do less
  disable --user NAME             nothing signs this user in any more
  enable --user NAME              lets a disabled user sign in again

NAME may be "<issuer>#<subject>" for somebody who signs in by OpenID Connect.
PERMISSION is ${PERMISSIONS.join(", ")}; any of them allows generating the agency's files.
--json prints JSON. Without DATABASE_URL it takes the embedded database that "deno task start" runs in this folder.

Exit codes: 0 done; 1 refused; 2 wrong usage or settings; 3 the database cannot be used.`;

const OPTIONS = {
  user: { type: "string" },
  agency: { type: "string", multiple: true },
  admin: { type: "boolean" },
  expires: { type: "string" },
  json: { type: "boolean" },
} as const;

/** What each command takes. */
const TAKES: Record<string, readonly (keyof typeof OPTIONS)[]> = {
  create: ["user", "agency", "admin", "expires", "json"],
  list: ["user", "json"],
  revoke: [],
  users: ["user", "json"],
  grant: ["user", "agency", "admin"],
  deny: ["user", "agency", "admin"],
  disable: ["user"],
  enable: ["user"],
};

/** A command line, read. */
export interface Arguments {
  command: string;
  user: string | undefined;
  affiliations: Affiliation[];
  admin: boolean;
  expiresInDays: number | undefined;
  json: boolean;
  ids: string[];
}

/** Reads a command line. @throws {UsageError} */
export function readArguments(args: string[]): Arguments {
  const [command = "", ...rest] = args;
  const takes = Object.hasOwn(TAKES, command) ? TAKES[command] : undefined;
  if (!takes) throw new UsageError(`${command ? `There is no command "${command}".\n\n` : ""}${USAGE}`);
  const options = Object.fromEntries(takes.map((name) => [name, OPTIONS[name]]));
  const read = readOptions("token", rest, options, command === "revoke");
  const values: Values = read.values;
  const { positionals } = read;
  if (command === "revoke" && positionals.length === 0) {
    throw new UsageError("Name at least one token by its ID (deno task token list).");
  }
  const wrong = positionals.find((id) => !/^\d{1,18}$/.test(id));
  if (wrong?.startsWith(TOKEN_PREFIX)) {
    throw new UsageError("That is a token itself, not its ID, which is a number (deno task token list).");
  }
  if (wrong !== undefined) throw new UsageError(`${JSON.stringify(wrong)} is no token's ID; it is a number.`);
  if (!values.user && !["list", "users", "revoke"].includes(command)) {
    throw new UsageError(`Name the user: deno task token ${command} --user NAME.`);
  }
  const affiliations = (values.agency ?? []).map(readAffiliation);
  const admin = values.admin ?? false;
  if ((command === "grant" || command === "deny") && affiliations.length === 0 && !admin) {
    throw new UsageError(`Say what to ${command}: --agency CODE:PERMISSION or --admin.`);
  }
  return {
    command,
    user: values.user,
    affiliations,
    admin,
    expiresInDays: values.expires === undefined ? undefined : readDays(values.expires),
    json: values.json ?? false,
    ids: positionals,
  };
}

interface Values {
  user?: string;
  agency?: string[];
  admin?: boolean;
  expires?: string;
  json?: boolean;
}

function readAffiliation(text: string): Affiliation {
  const affiliation = parseAffiliation(text);
  if (affiliation) return affiliation;
  throw new UsageError(
    `--agency is ${
      JSON.stringify(text)
    }; it must be an agency's code (3 characters of a CGAC, 4 of a FREC) and a ` +
      `permission (${PERMISSIONS.join(", ")}), such as 020:reader.`,
  );
}

function readDays(text: string): number {
  const days = Number(text);
  if (/^\d{1,5}$/.test(text) && days >= 1 && days <= 36_500) return days;
  throw new UsageError(`--expires is ${JSON.stringify(text)}; it must be a number of days from 1 to 36500.`);
}
