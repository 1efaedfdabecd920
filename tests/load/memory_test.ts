/**
 * What a load needs of memory, whatever is in its file: as processes, by the most that they ever had
 * (docs/loading.md).
 */
import assert from "node:assert/strict";
import { createGzip } from "node:zlib";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createWriteStream } from "node:fs";
import { ZipWriter } from "@zip.js/zip.js";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { archiveCsv } from "../helpers/sources.ts";
import { isThorough } from "../helpers/thorough.ts";

/** As docs/loading.md has it; a process that has loaded next to nothing has about 85 MB. */
const MOST = 250;

// The system tells it to whoever has waited for a process, which Deno does not pass on.
const MEASURE = `import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print("\\nmost", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, flush=True)
sys.exit(code)`;

/** Loads a file in a process of its own; gives what it said, and the most memory that it had, in MB. */
async function loaded(database: TestDatabase, source: string, path: string, ...options: string[]) {
  const run = ["run", "--quiet", "--no-prompt", "--permission-set=load", "lib/commands/load.ts"];
  const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
    args: ["-c", MEASURE, Deno.execPath(), ...run, source, path, ...options],
    env: { NO_COLOR: "1", DATABASE_URL: database.url },
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { said, most: Math.round(Number(/^most (\d+)$/m.exec(said)![1]) / 1024) };
}

async function* repeated(piece: Uint8Array, times: number, first?: Uint8Array) {
  if (first) yield first;
  for (let n = 0; n < times; n++) yield piece;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const MEBIBYTE = 1024 * 1024;

interface Hostile {
  what: string;
  /** The others say the same of smaller cases. */
  takesLong?: boolean;
  source: string;
  options?: string[];
  write(path: string): Promise<void>;
  said: RegExp;
}

const written = (chunks: AsyncIterable<Uint8Array>) => (path: string) =>
  pipeline(Readable.from(chunks, { objectMode: false }), createWriteStream(path));

const zipped = (members: () => Iterable<[string, AsyncIterable<Uint8Array>]>) => async (path: string) => {
  const file = await Deno.open(path, { write: true, create: true });
  const zip = new ZipWriter(file.writable, { useWebWorkers: false, level: 1 });
  for (const [name, bytes] of members()) await zip.add(name, ReadableStream.from(bytes));
  await zip.close();
};

const HEADER = bytesOf(archiveCsv("contracts", []));
const ROW = bytesOf(
  archiveCsv("contracts", [{
    contract_transaction_unique_key: "k",
    transaction_description: "x".repeat(2000),
  }]).split("\n")[1]! + "\n",
);
const BLOCK = new Uint8Array(ROW.length * 500);
for (let n = 0; n < 500; n++) BLOCK.set(ROW, n * ROW.length);

const hostile: Hostile[] = [
  {
    what: "a header of a million columns",
    source: "archive-contracts",
    write: (path) =>
      Deno.writeTextFile(path, Array.from({ length: 1e6 }, (_, n) => `column${n}`).join(",") + "\n1\n"),
    said: /line 1: the row has more than 10000 fields; this is no CSV that can be loaded/,
  },
  {
    what: "a header of sixteen million commas",
    source: "archive-contracts",
    write: written(repeated(new Uint8Array(MEBIBYTE).fill(0x2c), 16)),
    said: /line 1: the row has more than 10000 fields/,
  },
  {
    what: "sixty bad rows with a cell of sixteen megabytes each",
    takesLong: true,
    source: "table:cgac",
    write: written((async function* () {
      yield bytesOf("cgac_id,cgac_code\n");
      for (let n = 0; n < 60; n++) {
        yield bytesOf("x,");
        yield* repeated(new Uint8Array(MEBIBYTE).fill(0x61), 16);
        yield bytesOf("\n");
      }
    })()),
    said: /60 bad rows:/,
  },
  {
    what: "the same, put aside",
    source: "table:cgac",
    options: ["--skip-bad", "REJECTS"],
    write: written((async function* () {
      yield bytesOf("cgac_id,cgac_code\n");
      for (let n = 0; n < 10; n++) {
        yield bytesOf("x,");
        yield* repeated(new Uint8Array(MEBIBYTE).fill(0x61), 16);
        yield bytesOf("\n");
      }
      yield bytesOf("1,020\n");
    })()),
    said: /11 rows read, 1 inserted, 0 updated, 0 removed, 10 rejected/,
  },
  {
    what: "a .zip of zeros",
    takesLong: true,
    source: "archive-contracts",
    write: zipped(() => [["1.csv", repeated(new Uint8Array(MEBIBYTE), 256)]]),
    said: /line 1: the row is longer than 32 MiB/,
  },
  {
    what: "a .zip of rows that are all alike",
    source: "archive-contracts",
    write: zipped(() => [["1.csv", repeated(BLOCK, 80, HEADER)]]),
    said: /40,000 rows read, 1 inserted/,
  },
  {
    what: "a .gz of rows that are all alike",
    source: "archive-contracts",
    write: (path) =>
      pipeline(
        Readable.from(repeated(BLOCK, 80, HEADER), { objectMode: false }),
        createGzip({ level: 1 }),
        createWriteStream(path),
      ),
    said: /40,000 rows read, 1 inserted/,
  },
  {
    what: "a .zip of many CSVs",
    takesLong: true,
    source: "table:cgac",
    write: zipped(function* () {
      const csv = bytesOf("cgac_id,cgac_code\n1,020\n");
      for (let n = 0; n < 2000; n++) yield [`${n}.csv`, repeated(csv, 1)];
    }),
    said: /2,000 rows read, 1 inserted/,
  },
];

for (const { what, source, options = [], takesLong = false, write, said } of hostile) {
  Deno.test({
    name: `a load of ${what} needs no more memory than is promised (Linux${
      takesLong ? ", TEST_THOROUGH" : ""
    })`,
    ignore: Deno.build.os !== "linux" || (takesLong && !isThorough),
    async fn() {
      await using database = await testDatabase();
      const folder = await Deno.makeTempDir();
      try {
        await write(`${folder}/file`);
        const args = options.map((option) => option === "REJECTS" ? `${folder}/rejects.csv` : option);
        const outcome = await loaded(database, source, `${folder}/file`, ...args);
        assert.match(outcome.said.slice(0, 5000), said);
        assert(outcome.said.length < 50_000, "values are cut");
        assert(outcome.most > 0 && outcome.most < MOST, `${outcome.most} MB`);
        // deno-lint-ignore no-console -- for whoever raises or lowers the bound
        console.log(`${what}: ${outcome.most} MB`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
