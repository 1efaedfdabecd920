import { freePort } from "./free_port.ts";
import { DEBIAN_POSTGRES, hasDebianPostgres } from "./debian_postgres.ts";
import { until } from "./until.ts";

const MEBIBYTES = 160;

/** Whether this user may give a server a small disk of its own; it is seen by that server alone. */
export function maySmallDisk(): boolean {
  if (Deno.uid() !== 0 || !hasDebianPostgres()) return false;
  try {
    return new Deno.Command("/usr/bin/unshare", { args: ["-m", "true"], stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** A server whose whole data, its log of changes too, lies on a disk that can be filled up. */
export interface SmallDiskPostgres extends AsyncDisposable {
  /** Its maintenance database, as the superuser. */
  url: string;
  /** Fills the disk, to its last byte. */
  fill(): Promise<void>;
  /** Makes room again. */
  makeRoom(): Promise<void>;
}

// One word a line is read and done, and answered by a line. The server is started anew whenever it ends, as a
// supervisor does.
const SCRIPT = `set -e
mount -t tmpfs -o size=${MEBIBYTES}m,mode=0777 tmpfs "$1"
cd "$1"
as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
as initdb -D "$1/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync --wal-segsize=1 >/dev/null
(while [ ! -e "$1/stop" ]; do
  as postgres -D "$1/data" -c listen_addresses=127.0.0.1 -c "port=$2" -c unix_socket_directories= \\
    -c fsync=off -c max_wal_size=16MB -c min_wal_size=2MB 2>/dev/null || sleep 0.2
done) &
set +e
while read -r word; do
  case "$word" in
    fill) dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null; echo filled ;;
    room) rm -f "$1/ballast"; echo roomy ;;
  esac
done
rm -f "$1/ballast"
touch "$1/stop"
as pg_ctl -D "$1/data" -m immediate -w stop >/dev/null 2>&1
wait`;

/** Starts one. */
export async function startSmallDiskPostgres(): Promise<SmallDiskPostgres> {
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "detached-small-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  const child = new Deno.Command("/usr/bin/unshare", {
    args: ["-m", "/bin/sh", "-c", SCRIPT, "sh", folder, String(port)],
    env: { PATH: `${DEBIAN_POSTGRES}:/usr/sbin:/usr/bin:/sbin:/bin` },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const words = child.stdin.getWriter();
  let said = "";
  const listening = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) said += text;
  })();
  resources.defer(async () => {
    await words.close().catch(() => {});
    await Promise.all([child.status, listening]);
  });
  const tell = async (word: string, answer: string) => {
    said = "";
    await words.write(new TextEncoder().encode(`${word}\n`));
    await until(`the disk is ${answer}`, () => said.includes(answer));
  };
  await until("Postgres listens", async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
    connection?.close();
    return connection !== undefined;
  });
  const owned = resources.move();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    fill: () => tell("fill", "filled"),
    makeRoom: () => tell("room", "roomy"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
