/**
 * What `deno task start` and `demo` keep in the project's folder for the commands that are typed beside them.
 */
export const KEPT = {
  /** The embedded database's URL, with its password. */
  databaseUrl: ".data/database-url",
  /** An administrator's API token. */
  token: ".data/api-token",
  /** Where the API listens. */
  apiUrl: ".data/api-url",
} as const;

/** What is kept in a file; undefined where nothing is. */
export async function readKept(path: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(path)).trim() || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
