import { counted } from "../counted.ts";
import { ConfigError } from "../config.ts";
import { log } from "../log.ts";
import { openFilesLeft } from "./open_files.ts";

/** What a process opens besides what its clients hold: the database, the storage, the name service. */
const RESERVED_FILES = 32;
/**
 * What a client can hold at a time: its connection, the file that it downloads, and its place in the queue to
 * be accepted.
 */
const FILES_A_CONNECTION = 3;
const LEAST_CONNECTIONS = 8;

/**
 * How many connections a server may take so that this process does not run out of file descriptors, where
 * accepting, downloads and the database would fail all at once (a burst may still do it: `accept_watch.ts`).
 * Called at the start, before anything else is open.
 *
 * @param wanted the most that are wanted (`MAX_CONNECTIONS`)
 * @throws {ConfigError} where the limit of open files is too low to serve at all
 */
export function connectionLimit(wanted: number): number {
  const left = openFilesLeft(RESERVED_FILES + wanted * FILES_A_CONNECTION);
  if (left === undefined) {
    log("http").warning("the limit of open files is not known: this process may not read /dev/null");
    return wanted;
  }
  const connections = Math.min(wanted, Math.floor((left - RESERVED_FILES) / FILES_A_CONNECTION));
  if (connections < LEAST_CONNECTIONS) {
    const needed = RESERVED_FILES + LEAST_CONNECTIONS * FILES_A_CONNECTION;
    throw new ConfigError(
      `This process may open ${
        counted(left, "more file")
      }, and needs ${needed} at least. Raise its limit (ulimit -n).`,
    );
  }
  if (connections < wanted) {
    log("http").warning("fewer connections than wanted, because of the limit of open files", {
      wanted,
      connections,
    });
  }
  return connections;
}
