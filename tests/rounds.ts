import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = new URL(".", import.meta.url);
const PROJECT = fileURLToPath(new URL("..", TESTS));

/** Most tests wait most of the time: for processes that start, for leases, for S3, for each other. */
export const FILES_PER_CORE = 2;
/** Each file that is under way may take some twenty of the server's connections. */
export const MOST_AT_A_TIME = 8;

/** What counts bytes of memory, or holds a cancelled cursor to the second that it may take. */
const ALONE = ["tests/load/input_file_test.ts", "tests/worker/cancel_test.ts"];

/**
 * The files that take longest, longest first: they must not be the last to begin. `deno test` takes folder by
 * folder, those with the longest paths first, whatever order it is told; within a folder it keeps to this
 * one.
 */
const LONGEST = [
  "tests/storage/s3_lasting_faults_test.ts",
  "tests/commands/embedded_test.ts",
  "tests/storage/s3_faults_test.ts",
  "tests/worker/generate_file_test.ts",
  "tests/dev/stack/demo_test.ts",
  "tests/dev/stack/start_test.ts",
  "tests/reconciliations/upload_life_test.ts",
  "tests/commands/database_faults_test.ts",
  "tests/worker/s3_test.ts",
  "tests/dev/embedded/embed_test.ts",
  "tests/worker/changes_test.ts",
  "tests/commands/unfit_databases_test.ts",
  "tests/worker/postgres_restart_test.ts",
  "tests/worker/hosts_test.ts",
  "tests/worker/stop_test.ts",
  "tests/commands/help_test.ts",
  "tests/client/generate_test.ts",
  "tests/files/totals_test.ts",
  "tests/migrations/rolling_upgrade_test.ts",
  "tests/load/transaction_test.ts",
  "tests/auth/roles_test.ts",
  "tests/storage/s3_test.ts",
  "tests/commands/address_faults_test.ts",
  "tests/routes/page_test.ts",
  "tests/routes/generation_events_test.ts",
  "tests/generations/request_test.ts",
  "tests/routes/dictionary_page_test.ts",
  "tests/files/copy_property_test.ts",
  "tests/auth/oidc_test.ts",
  "tests/files/key_ranges_test.ts",
  "tests/load/memory_test.ts",
  "tests/db/silent_connection_test.ts",
];

/**
 * The rounds of all tests, each as arguments of `deno test`: several files at a time, and then those that
 * want the machine for themselves.
 *
 * @param options of `deno test`
 */
export async function allRounds(options: string[]): Promise<string[][]> {
  const files = (await testFilesBelow(TESTS)).sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  return [
    ["--parallel", ...options, ...files.filter((file) => !ALONE.includes(file))],
    [...options, ...ALONE],
  ];
}

/** Where a file comes among the others. */
function place(file: string): number {
  const at = LONGEST.indexOf(file);
  return at < 0 ? LONGEST.length : at;
}

async function testFilesBelow(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await testFilesBelow(new URL(`${name}/`, folder)));
    else if (/_test\.tsx?$/.test(name)) found.push(relative(PROJECT, fileURLToPath(new URL(name, folder))));
  }
  return found;
}
