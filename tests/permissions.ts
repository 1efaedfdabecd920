/** The programs that benchmarks measure against. */
const YARDSTICKS = ["/usr/bin/psql", "/usr/bin/pgbench", "/usr/bin/wrk", "/bin/cat"];

/** What the benchmarks may do besides. */
export const benchPermissions = (databaseUrl: string): string[] => testPermissions(databaseUrl, YARDSTICKS);

/** What the tests may do: on this machine a good deal, elsewhere nothing. */
export function testPermissions(databaseUrl: string, programs: string[] = []): string[] {
  const { hostname } = new URL(databaseUrl);
  const hosts = new Set(["127.0.0.1", "localhost", "[::1]", hostname]);
  const names = [
    ...[
      "TEST_DATABASE_URL",
      "TEST_TEMPLATE",
      "TEST_S3_URL",
      "TEST_SEED",
      "TEST_INPUTS",
      "UPDATE_GOLDEN",
      "TMPDIR",
      "CI",
      "BENCH_ROWS",
      "BENCH_ROUNDS",
      "BENCH_SIZES",
    ],
    // Those of lib/config.ts and of what is loaded beside it, which a test may set for itself.
    ...["DATABASE_URL", "EXPORT_DATABASE_URL", "STORAGE_DIR", "PORT", "USER", "INIT_CWD"],
  ];
  const inputs = Deno.env.get("TEST_INPUTS");
  const temporary = ["/tmp", "/var/tmp", ...Deno.env.get("TMPDIR") ? [Deno.env.get("TMPDIR")] : []];
  return [
    `--allow-net=${[...hosts].filter((host) => host !== "").join(",")}`,
    `--allow-env=${names.join(",")}`,
    "--ignore-env",
    `--allow-read=${
      [".", ...inputs ? [inputs] : [], "/usr/bin/chromium", "/usr/bin/python3", ...temporary].join(",")
    }`,
    "--ignore-read",
    `--allow-write=${[".data", "tests", ...temporary].join(",")}`,
    // unshare: a process that sees a small disk of its own, which it fills. ps and kill: to see that processes are
    // gone, and to end them as a crash would. node: to start things as npx does. sh and python3: to run the examples.
    // chromium: to see the page as people do.
    `--allow-run=${Deno.execPath()},/usr/bin/unshare,/bin/ps,/bin/kill,/bin/sh,/usr/bin/chromium,/usr/bin/python3,/usr/bin/node,/usr/local/bin/node${
      programs.map((program) => `,${program}`).join("")
    }`,
    "--allow-sys=homedir,uid,osRelease",
  ];
}
