import config from "../deno.json" with { type: "json" };

/** The permission set of the tests, without what only this machine can tell. */
const { net, read, write } = config.permissions.tests;

// unshare: a process that sees a small disk of its own, which it fills. ps and kill: to see that processes
// are gone, and to end them as a crash would. node: to start things as npx does. sh and python3: to run the
// examples, Rscript and duckdb as well. chromium: to see the page as people do. nginx, pgbouncer: to ask
// through a proxy, and a pooler. promtool: to check what Prometheus is told. openssl, systemd-analyze: to try
// the files for deployments.
const PROGRAMS = [
  ...["/usr/bin/unshare", "/bin/ps", "/bin/kill", "/bin/sh", "/usr/bin/chromium", "/usr/bin/python3"],
  ...["/usr/bin/node", "/usr/local/bin/node", "/usr/sbin/nginx", "/usr/sbin/pgbouncer", "/usr/bin/promtool"],
  ...["/usr/bin/openssl", "/usr/bin/systemd-analyze", "/usr/bin/Rscript", "/usr/bin/duckdb"],
];
/** The programs that benchmarks measure against. */
const YARDSTICKS = ["/usr/bin/psql", "/usr/bin/pgbench", "/usr/bin/wrk", "/bin/cat"];

/** What the benchmarks may do besides. */
export const benchPermissions = (databaseUrl: string): string[] => testPermissions(databaseUrl, YARDSTICKS);

/**
 * What the tests may do: on this machine a good deal, elsewhere nothing but speak to the server they are
 * given.
 */
export function testPermissions(databaseUrl: string, programs: string[] = []): string[] {
  const folders = (...names: string[]) => names.map((name) => Deno.env.get(name)).filter(Boolean);
  const hosts = [new URL(databaseUrl).hostname].filter((host) => host !== "");
  return [
    "--permission-set=tests",
    `--allow-net=${[...new Set([...net, ...hosts])].join(",")}`,
    `--allow-read=${[...read.allow, ...folders("TMPDIR", "TEST_INPUTS")].join(",")}`,
    `--allow-write=${[...write, ...folders("TMPDIR")].join(",")}`,
    `--allow-run=${[Deno.execPath(), ...PROGRAMS, ...programs].join(",")}`,
  ];
}
