import { join } from "node:path";

/** What a running Postgres, or one that was killed, has written down about itself. */
export interface PostmasterPid {
  pid: number;
  port: number;
}

/** Reads `postmaster.pid` of a data directory (its lines: pid, data directory, start time, port …). */
export async function readPostmasterPid(data: string): Promise<PostmasterPid | undefined> {
  try {
    const lines = (await Deno.readTextFile(join(data, "postmaster.pid"))).split("\n");
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Removes `postmaster.pid`, so that Postgres does not look for the process it names. */
export async function removePostmasterPid(data: string): Promise<void> {
  try {
    await Deno.remove(join(data, "postmaster.pid"));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
