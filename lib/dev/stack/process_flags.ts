import { fileURLToPath } from "node:url";
import { CERTIFICATE_FOLDERS } from "../../db/encryption.ts";
import { MIGRATIONS } from "../../migrate.ts";

/** What a process of the service is allowed to reach. */
export interface Reach {
  /** `host:port` of what it connects to and listens on. */
  net: string[];
  /** The folder of local files. */
  storageDir: string;
}

/** The main modules of the API and of a worker, below the project. */
export type ServiceModule = "main.ts" | "worker/main.ts";

/** The permission sets of `deno.json` that they run with. */
const PERMISSION_SETS: Record<ServiceModule, string> = { "main.ts": "api", "worker/main.ts": "worker" };

/**
 * The flags of `deno run` for the API and for a worker: their permission sets in `deno.json`, which `deno
 * task serve` and `deno task worker` use as well, with network and files narrowed to what this one process
 * needs.
 */
export function processFlags(module: ServiceModule, { net, storageDir }: Reach): string[] {
  const own = [flagValue(storageDir), flagValue(fileURLToPath(MIGRATIONS)), "/dev/null"];
  const read = [...own, ...CERTIFICATE_FOLDERS, ...SOCKETS];
  return [
    ...["--quiet", "--no-prompt", "--cached-only", "--frozen"],
    `--permission-set=${PERMISSION_SETS[module]}`,
    `--allow-net=${net.join(",")}`,
    `--allow-read=${read.join(",")}`,
    `--allow-write=${[flagValue(storageDir), ...SOCKETS].join(",")}`,
  ];
}

// Where a database's URL may lead, as for the tasks of deno.json (docs/operations.md, "The database's URL").
const SOCKETS = ["/run/postgresql", "/var/run/postgresql"];

/** A path as one value of a flag that takes several, parted by commas. */
const flagValue = (path: string): string => path.replaceAll(",", ",,");

/**
 * One more flag, for a process that must not outlive the one that starts it, even if that one is killed. Its
 * standard input must be a pipe that is held open for as long as it is wanted.
 */
export const ENDS_WITH_PARENT = `--preload=${new URL("end_with_parent.ts", import.meta.url).href}`;
