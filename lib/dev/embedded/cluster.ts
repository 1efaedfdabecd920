import { join, resolve } from "node:path";
import { EmbeddedPostgresError } from "./embedded_error.ts";
import { type ProgramOptions, runProgram } from "./program.ts";

/** A database cluster: what `initdb` makes and one server serves. */
export interface Cluster {
  /** The data directory, absolute. */
  data: string;
  /** The password of its superuser `postgres`. */
  password: string;
}

/**
 * The cluster in a folder, made where there is none: UTF-8, sorted by bytes, password always asked for.
 *
 * It is made under another name, so that one left half made is never taken for a whole one.
 *
 * @param place the folder that holds the data directory and the password
 * @throws {EmbeddedPostgresError} where `initdb` fails
 */
export async function openCluster(
  options: ProgramOptions,
  place: string,
  signal?: AbortSignal,
): Promise<Cluster> {
  const cluster = { data: resolve(place, "data"), password: "" };
  try {
    cluster.password = await Deno.readTextFile(join(place, "password"));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    cluster.password = await makeCluster(options, place, signal);
  }
  return cluster;
}

async function makeCluster(
  options: ProgramOptions,
  place: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { user } = options;
  const fresh = `${place}.new`;
  await removeFolder(fresh);
  await Deno.mkdir(fresh, { mode: 0o700 });
  const password = crypto.getRandomValues(new Uint8Array(24)).toHex();
  const passwordFile = join(fresh, "password");
  await Deno.writeTextFile(passwordFile, password, { mode: 0o600, createNew: true });
  if (user) {
    await Deno.chown(passwordFile, user.uid, user.gid);
    await Deno.chown(fresh, user.uid, user.gid);
  }
  const { success, errors } = await runProgram(options, "initdb", [
    `--pgdata=${resolve(fresh, "data")}`,
    `--pwfile=${resolve(passwordFile)}`,
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-instructions",
    // A crash of the machine in the next seconds costs no more than making it again.
    "--no-sync",
  ], signal);
  if (!success) {
    await removeFolder(fresh);
    throw new EmbeddedPostgresError(`initdb could not make a database in ${place}:\n${errors}`);
  }
  await Deno.rename(fresh, place);
  return password;
}

/** Removes a folder with everything in it; no error where there is none. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
