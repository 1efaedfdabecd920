import { isConnectionLoss, type Session } from "../../db.ts";
import { LoadError } from "../load_error.ts";

/**
 * Commits a load.
 *
 * @throws {UnknownOutcome} where Postgres does not answer
 */
export async function commit(session: Session): Promise<void> {
  try {
    await session.query("COMMIT");
  } catch (cause) {
    // An error that Postgres answers with is a rollback; no answer may be either.
    if (!isLoss(cause)) throw cause;
    throw new UnknownOutcome(cause);
  }
}

/** Whether the connection was lost: the server said goodbye, or said nothing. */
export const isLoss = (error: unknown): boolean =>
  !(error instanceof Error && "severity" in error) || isConnectionLoss(error);

/** The connection was lost while the load was being committed. */
export class UnknownOutcome extends Error {
  override readonly name = "UnknownOutcome";
  constructor(cause: unknown) {
    super(
      "The database was lost while the load was being committed, so it is not known whether it was. Load the files again: " +
        "what was taken is passed over.",
      { cause },
    );
  }
}

/** The refusal, where the user lacks rights. */
export function notPermitted(error: unknown): LoadError | null {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== "42501") return null;
  return new LoadError(
    "not_permitted",
    `The database user may not load: ${message}. It needs the rights of the role detached_loader. Nothing was changed.`,
    { cause: error },
  );
}

/**
 * The refusal, where rows break what only holds among all rows of a table, such as a unique key, or there are
 * more files than one transaction can hold.
 *
 * @param files how many files are merged
 */
export function mergeRefused(error: unknown, files: number): LoadError | null {
  const { code, message, detail } = error as { code?: string; message?: string; detail?: string };
  // Each file has tables of its own, and each table a lock.
  if (code === "53200" && files > 1) {
    return new LoadError(
      "conflict",
      `${files} files are more than the database can take in one transaction (${
        excerpt(message)
      }): load fewer of them at ` +
        `a time, pack them into one .zip, or raise its max_locks_per_transaction. Nothing was changed.`,
      { cause: error },
    );
  }
  if (!/^(22|23|54)/.test(code ?? "")) return null;
  return new LoadError(
    "conflict",
    `The rows do not fit what the database holds: ${excerpt(message)}${
      detail ? `. ${excerpt(detail)}` : "."
    } Nothing was changed.`,
    { cause: error },
  );
}

/**
 * The refusal, where Postgres does not take a value that the checks let pass, such as a number of a million
 * digits.
 */
export function copyRefused(error: unknown, name: string): LoadError | null {
  const { code, message, where } = error as { code?: string; message?: string; where?: string };
  if (!code?.startsWith("22") && !code?.startsWith("54")) return null;
  const place = where?.replace(/^COPY \S+, line \d+, /, "") ?? "";
  return new LoadError(
    "bad_rows",
    `${name}: ${place ? `${excerpt(place)}: ` : ""}${excerpt(message)}. Nothing was changed.`,
    {
      cause: error,
    },
  );
}

/** The line of a `COPY` that an error of Postgres is about; undefined where it says none. */
export function lineOfCopy(error: unknown): number | undefined {
  const [, line] = /^COPY \S+, line (\d+)/.exec((error as { where?: string }).where ?? "") ?? [];
  return line === undefined ? undefined : Number(line);
}

// Postgres quotes the rows' own values.
const excerpt = (text = "") => text.length > 300 ? `${text.slice(0, 300)}…` : text;
