import { EXIT, ProcessError } from "../process_error.ts";
import type { DialledClient } from "./client.ts";

/** A server, or what stands before it, cannot serve this service, however long one waits. */
export class UnusableServer extends ProcessError {
  override readonly name = "UnusableServer";

  constructor(message: string) {
    super(message, EXIT.database);
  }
}

const POOLER = "name the server itself, or a pooler in session mode that passes on `options`.";

/**
 * Looks whether a server keeps text as UTF-8, does as a session has set, and keeps sessions apart, before anything is done there.
 *
 * @param make makes a connection that is not open yet
 * @throws {UnusableServer} in a sentence; the driver's error where the server cannot be reached
 */
export async function checkServer(make: () => DialledClient): Promise<void> {
  const first = make();
  first.on("error", () => {});
  try {
    await first.connect();
  } catch (error) {
    if (/unsupported startup parameter/.test((error as Error).message)) {
      throw new UnusableServer(`The database is reached by a pooler that refuses settings: ${POOLER}`);
    }
    throw error;
  }
  try {
    const { rows: [row] } = await first.query(`
      SELECT current_setting('server_encoding') AS encoding, current_setting('search_path') AS path,
        current_setting('session_replication_role') AS role, pg_backend_pid() AS pid`);
    const { encoding, path, role, pid } = row as {
      encoding: string;
      path: string;
      role: string;
      pid: number;
    };
    if (encoding !== "UTF8") {
      throw new UnusableServer(
        `The database keeps text as ${encoding}, and this service needs UTF8: make one by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
      );
    }
    if (role !== "origin") {
      throw new UnusableServer(
        "session_replication_role is set for this database or its user, so that triggers do not run: take that back by RESET.",
      );
    }
    if (path !== "public") {
      throw new UnusableServer(`The database is reached by a pooler that ignores settings: ${POOLER}`);
    }
    // Poolers tell a number of their own.
    if (pid !== Reflect.get(first, "processID")) await refuseSharedSession(make, pid);
  } finally {
    await first.end();
  }
}

/** Another connection gets the same session only where a pooler hands it from one to the next. */
async function refuseSharedSession(make: () => DialledClient, pid: number): Promise<void> {
  const second = make();
  second.on("error", () => {});
  await second.connect();
  try {
    const { rows: [row] } = await second.query("SELECT pg_backend_pid() AS pid");
    if (row.pid === pid) {
      throw new UnusableServer(
        `The database is reached by a pooler in transaction mode, which keeps no sessions: ${POOLER}`,
      );
    }
  } finally {
    await second.end();
  }
}
