import { dirname, join, resolve } from "node:path";
import { EXIT } from "../../process_error.ts";
import { EmbeddedPostgresError } from "./embedded_error.ts";
import { type ServiceUser, serviceUser } from "./service_user.ts";

/** Where the embedded Postgres lives, below the project. */
export const USUAL_FOLDER = ".data/embedded";

/**
 * Where the embedded Postgres of a project lives if the project is in a folder, such as `/root`, that only
 * root can get into: the account that Postgres then runs as could not.
 */
export async function fallbackFolder(project: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(resolve(project)));
  return `/var/tmp/detached-files-${new Uint8Array(digest).toHex().slice(0, 12)}`;
}

/** The folder for the embedded Postgres of a project: the usual one if at all possible. */
export async function embeddedFolder(project: string): Promise<string> {
  const user = await serviceUser();
  return !user || await canEnter(user, resolve(project)) ? USUAL_FOLDER : await fallbackFolder(project);
}

async function canEnter(user: ServiceUser, folder: string): Promise<boolean> {
  const { mode, uid, gid } = await Deno.stat(folder);
  const search = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if (((mode ?? 0) & search) === 0) return false;
  return dirname(folder) === folder || await canEnter(user, dirname(folder));
}

/**
 * Makes the folder, so that the account Postgres runs as can get into it but not write to it.
 *
 * @throws {EmbeddedPostgresError} where somebody else made it
 */
export async function makeFolder(folder: string, user: ServiceUser | undefined): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
    if (!user) return;
    const found = await Deno.lstat(folder);
    if (!found.isDirectory || found.uid !== 0 || ((found.mode ?? 0) & 0o022) !== 0) {
      throw new EmbeddedPostgresError(`${folder} was made by somebody else than root. Remove it.`);
    }
    await Deno.chmod(folder, 0o755);
    if (folder === USUAL_FOLDER) await Deno.chmod(join(folder, ".."), 0o755);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new EmbeddedPostgresError(
      `${folder} cannot be written to: it belongs to another user, who ran this before. Remove it as that user, or ` +
        `use a copy of the project in a folder of your own.`,
      EXIT.refused,
      { cause: error },
    );
  }
}
