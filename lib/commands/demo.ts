/** `deno task demo`: the main job once, from an empty machine to a downloaded D1 file. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse";
import { Client, type JobAnswer } from "../dev/stack/client.ts";
import { exampleRequest } from "../dev/stack/example_request.ts";
import { runStack, type Stack, StackError } from "../dev/stack/index.ts";

const FOLDER = ".data/demo";
const WAIT_SECONDS = 300;
const COLUMNS_SHOWN = 4;
const RECORDS_SHOWN = 3;

function say(text: string): void {
  // deno-lint-ignore no-console -- this is the command's answer
  console.log(text);
}

async function demo(stack: Stack, signal: AbortSignal): Promise<void> {
  const client = new Client(stack.url, stack.token, signal);
  const request = await exampleRequest(stack.sql);
  say(`\nPOST ${stack.url}/v1/generate_detached_file/\n  ${JSON.stringify(request)}`);
  const began = performance.now();
  const finished = await finish(client, await client.request(request), signal);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`  job ${finished.job_id}: finished ${finished.reused ? "by an earlier run" : `after ${seconds} s`}`);

  const { pathname } = new URL(finished.url);
  const name = decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1));
  await Deno.mkdir(FOLDER, { recursive: true });
  const path = join(FOLDER, name);
  const download = await client.download(finished.url, path);
  const { header, records, shown } = await readFile(path);
  say(`\n${path}`);
  const more = `… (${header.length} columns)`;
  say(`  ${header.slice(0, COLUMNS_SHOWN).join(",")},${more}`);
  for (const record of shown) say(`  ${record.slice(0, COLUMNS_SHOWN).join(",")},…`);
  say(`
  records  ${records}
  bytes    ${download.bytes}
  SHA-256  ${download.sha256}
`);
  const wrong = [
    records !== finished.rows && `records: ${finished.rows} in the status`,
    download.bytes !== finished.size && `bytes: ${finished.size} in the status`,
    download.sha256 !== finished.sha256 && `SHA-256: ${finished.sha256} in the status`,
  ].filter((sentence) => sentence !== false);
  if (wrong.length > 0) throw new StackError(`The file is not what its status says (${wrong.join("; ")}).`);
  say("All three are what the status route says. Stopping.");
}

async function finish(client: Client, first: JobAnswer, signal: AbortSignal): Promise<JobAnswer> {
  const deadline = performance.now() + WAIT_SECONDS * 1000;
  let job = first;
  for (let told = performance.now(); job.status === "waiting";) {
    if (performance.now() > deadline) {
      throw new StackError(`Job ${job.job_id} was not finished within ${WAIT_SECONDS} seconds.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    signal.throwIfAborted();
    job = await client.status(job.job_id);
    if (performance.now() - told > 2000) {
      told = performance.now();
      say(`  job ${job.job_id}: ${job.rows_written} records so far`);
    }
  }
  if (job.status !== "finished") throw new StackError(`Job ${job.job_id} has ${job.status}: ${job.message}`);
  return job;
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

Deno.exit(await runStack({}, demo));
