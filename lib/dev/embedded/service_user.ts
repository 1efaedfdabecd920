import { EmbeddedPostgresError } from "./embedded_error.ts";

/** The account that Postgres runs as. */
export interface ServiceUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The account for Postgres where this process belongs to root, which `initdb` and `postgres` refuse:
 * `postgres`, or `nobody`, which every system has. `undefined` for everybody else, who runs it as themselves.
 *
 * @throws {EmbeddedPostgresError} where there is neither
 */
export async function serviceUser(): Promise<ServiceUser | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const accounts = (await Deno.readTextFile("/etc/passwd")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const account = accounts.find(([found]) => found === name);
    // macOS writes nobody's IDs as -2.
    if (account) return { name, uid: Number(account[2]) >>> 0, gid: Number(account[3]) >>> 0 };
  }
  throw new EmbeddedPostgresError(
    "Postgres does not run as root, and there is no account `postgres` or `nobody` to run it as. " +
      "Run this as an ordinary user, or set DATABASE_URL.",
  );
}
