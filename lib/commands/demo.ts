/** `deno task demo`: the main job once, from an empty machine to a downloaded D1 file. */
import { counted } from "../counted.ts";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse";
import { Api } from "../client/api.ts";
import { fileNameIn } from "../client/file_name.ts";
import { fetchFile } from "../client/fetch_file.ts";
import { exampleRequest } from "../dev/stack/example_request.ts";
import { runStack, type Stack, StackError } from "../dev/stack/index.ts";
import { readOptions, runMain } from "../run_main.ts";
import { ProgressLine, standardError } from "../terminal/progress_line.ts";

const USAGE = `Usage: deno task demo [--yes]

The main job from nothing: starts an embedded Postgres with sample data, the API and a worker, asks for a D1 file, waits,
downloads it, compares it with what its status says, and stops everything. What it makes is kept in .data/.

With DATABASE_URL set it uses that database instead. It then brings it up to date, puts sample data into it if nothing else
is there, and makes an administrator's token for it:
  --yes   says that this is wanted

Exit codes: 0 done; 1 something failed; 2 wrong usage or settings; 3 the database cannot be used; 4 HOST and PORT cannot be
listened on.`;

const FOLDER = ".data/demo";
/** How long the API may be away. */
const PATIENCE_SECONDS = 30;
const COLUMNS_SHOWN = 4;
const RECORDS_SHOWN = 3;

function say(text: string): void {
  // deno-lint-ignore no-console -- this is the command's output
  console.log(text);
}

async function demo(stack: Stack): Promise<void> {
  const api = new Api(stack.url, stack.token, PATIENCE_SECONDS);
  const request = await exampleRequest(stack.sql);
  say(`\nPOST ${stack.url}/v1/generate_detached_file/\n  ${JSON.stringify(request)}`);
  const began = performance.now();
  const line = new ProgressLine(standardError);
  const finished = await api.finished(
    await api.request(request, crypto.randomUUID()),
    ({ job_id, rows_written }) =>
      line.show(`  job ${job_id}: ${counted(rows_written ?? 0, "record")} so far`),
  );
  line.clear();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`  job ${finished.job_id}: finished ${finished.reused ? "by an earlier run" : `after ${seconds} s`}`);

  await Deno.mkdir(FOLDER, { recursive: true });
  const path = join(FOLDER, fileNameIn(finished.url));
  await fetchFile({ api, status: finished, path, patience: PATIENCE_SECONDS, line });
  line.clear();
  const { header, records, shown } = await readFile(path);
  say(`\n${path}`);
  const more = `… (${header.length} columns)`;
  say(`  ${header.slice(0, COLUMNS_SHOWN).join(",")},${more}`);
  for (const record of shown) say(`  ${record.slice(0, COLUMNS_SHOWN).join(",")},…`);
  say(`
  records  ${records}
  bytes    ${finished.size}
  SHA-256  ${finished.sha256}
`);
  if (records !== finished.rows) {
    throw new StackError(`The file has ${counted(records, "record")}; its status says ${finished.rows}.`);
  }
  say("All three are what the status route says. Stopping.");
}

/** Reads a CSV file as any user of it would. */
async function readFile(path: string): Promise<{ header: string[]; records: number; shown: string[][] }> {
  let header: string[] | undefined;
  let records = 0;
  const shown: string[][] = [];
  for await (const record of createReadStream(path).pipe(parse()) as AsyncIterable<string[]>) {
    if (!header) {
      header = record;
      continue;
    }
    if (++records <= RECORDS_SHOWN) shown.push(record);
  }
  return { header: header ?? [], records, shown };
}

await runMain(USAGE, async (args) => {
  const { values } = readOptions("demo", args, { yes: { type: "boolean" } });
  return await runStack({ yes: values.yes ?? false }, demo);
});
