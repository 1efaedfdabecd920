import assert from "node:assert/strict";
import { inputPath } from "./inputs.ts";
import type { Service } from "./service.ts";
import { load } from "./sources.ts";

/** A request and the file it must give. */
export interface Case {
  name: string;
  body: Record<string, unknown>;
  expected: string;
  records: number;
}

/** Loads tables of a folder of inputs, `tables/<name>.csv`. */
export async function loadTables(service: Service, folder: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await load({
      databaseUrl: service.db.url,
      source: `table:${table}`,
      files: [inputPath(`${folder}/tables/${table}.csv`)],
      loadedBy: "tests",
    });
  }
}

/** Asks for every case's file at once, and compares each with the one it must be, as a step of its own. */
export async function checkCases(
  t: Deno.TestContext,
  service: Service,
  folder: string,
  cases: readonly Case[],
): Promise<void> {
  const asked = new Map<Case, number>();
  for (const one of cases) asked.set(one, (await service.request(one.body)).job_id);
  for (const [one, jobId] of asked) {
    await t.step(one.name, async () => {
      const status = await service.ended(jobId);
      assert.deepEqual([status.status, status.rows], ["finished", one.records]);
      const file = await (await fetch(status.url)).bytes();
      assertSameRecords(file, await Deno.readFile(inputPath(`${folder}/${one.expected}`)));
    });
  }
}

/** @throws where the headers differ, or the records, of which the order does not count */
export function assertSameRecords(file: Uint8Array, expected: Uint8Array): void {
  const [header, ...body] = records(file);
  const [expectedHeader, ...expectedBody] = records(expected);
  assert.equal(header, expectedHeader);
  assert.deepEqual(body.sort(), expectedBody.sort());
}

/**
 * Raw records: bytes split at LF outside quotes, as text of one character a byte, so that they can be
 * counted.
 */
function records(bytes: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(bytes);
  const found = [];
  let begin = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (text[i] === "\n" && !quoted) {
      found.push(text.slice(begin, i));
      begin = i + 1;
    }
  }
  assert.equal(begin, text.length, "the last record ends in LF");
  return found;
}
