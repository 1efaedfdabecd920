import type { Sql, Transaction } from "../../lib/db.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import type { ByteSink } from "../../lib/files/file_bytes.ts";
import type { FileContents, FileRequest } from "../../lib/files/file_type.ts";
import { estimateRows } from "../../lib/files/estimate.ts";
import { type Reading, readRecords } from "../../lib/files/read_records.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import { TotalsTaker } from "../../lib/files/totals/take_totals.ts";
import type { FileTotals } from "../../lib/files/totals/totals.ts";
import { RecordWriter, type WrittenFile } from "../../lib/files/write_records.ts";
import d1 from "../../lib/files/elements/d1.tsv" with { type: "text" };
import d2 from "../../lib/files/elements/d2.tsv" with { type: "text" };
import { copiedBytes } from "./copy_out.ts";

/** The bytes of `COPY (query) TO STDOUT (FORMAT csv)`: what a file must be, by definition. */
export const copyOfQuery = (url: string, query: string, delimiter: string): Promise<Uint8Array> =>
  copiedBytes(url, `COPY (${query}\n) TO STDOUT (FORMAT csv, DELIMITER '${delimiter}')`);

/** What makes an award file, in the words of this test: as SQL literals, since COPY takes no parameters. */
export interface AwardCase {
  code: "D1" | "D2";
  agencyType: "awarding" | "funding";
  agency: string;
  /** First and last day, `YYYY-MM-DD`. */
  start: string;
  end: string;
  format: "csv" | "txt";
  numbered?: boolean;
}

const awards = {
  D1: { elements: d1, table: "detached_award_procurement", key: "detached_award_proc_unique" },
  D2: { elements: d2, table: "published_fabs", key: "afa_generated_unique" },
};

/**
 * An award file as `COPY` writes its header and its records, from a query that was written for the tests
 * alone.
 */
export async function judgedAwardFile(url: string, award: AwardCase): Promise<Uint8Array> {
  const { elements, table, key } = awards[award.code];
  const [names, ...lines] = elements.trimEnd().split("\n").map((line) => line.split("\t"));
  const cells = (name: string) => lines.map((line) => line[names!.indexOf(name)]!);
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const headers = cells(award.numbered ? "header_with_element_number" : "header");
  const writtenAs = cells("written_as");
  const columns = cells("column").map((column, i) =>
    writtenAs[i] === "YYYYMMDD" ? `to_char(${column}::timestamp, 'YYYYMMDD')` : column
  );
  const delimiter = award.format === "csv" ? "," : "|";
  return joined([
    await copyOfQuery(url, `SELECT ${headers.map(literal).join(", ")}`, delimiter),
    await copyOfQuery(
      url,
      `SELECT ${columns.join(", ")} FROM ${table}
       WHERE ${award.agencyType}_agency_code = ${literal(award.agency)}
         AND action_date >= ${literal(award.start)} AND action_date <= ${literal(award.end)}
         ${award.code === "D2" ? "AND is_active IS TRUE" : ""}
       ORDER BY action_date, convert_to(${key}, 'UTF8'), ${table}${
        award.code === "D1" ? ".detached_award_procurement_id" : ".published_fabs_id"
      }`,
      delimiter,
    ),
  ]);
}

/** The definition of the same file, by way of a request body as a user sends it. */
export function awardContents(award: AwardCase): FileContents {
  const slashed = (day: string) => `${day.slice(5, 7)}/${day.slice(8, 10)}/${day.slice(0, 4)}`;
  return contentsOf({
    file_type: award.code,
    [award.agency.length === 3 ? "cgac_code" : "frec_code"]: award.agency,
    start: slashed(award.start),
    end: slashed(award.end),
    agency_type: award.agencyType,
    file_format: award.format,
    ...award.numbered === undefined ? {} : { element_numbers: award.numbered },
  });
}

/** The definition of the file that a request body asks for. */
export function contentsOf(body: Record<string, unknown>): FileContents {
  const request = requestBody.parse(body);
  return fileTypeOf(request.file_type).contents(request);
}

/** How a test has a file written. */
export interface WritingOptions extends Partial<ByteSink>, Partial<Omit<Reading, "rowsEstimated">> {
  compression?: FileRequest["compression"];
  /** Looks at the snapshot before the first record is read. */
  onSnapshot?: (tx: Transaction) => Promise<void>;
  /** How many distinct awards the totals tell apart in memory. */
  mostAwards?: number;
  /** Told the records after each batch; nothing more is taken until it is done. */
  onProgress?: (rows: number) => void | Promise<void>;
}

/** Writes a file into memory, by the steps of an attempt. */
export async function written(
  sql: Sql,
  contents: FileContents,
  options: WritingOptions = {},
): Promise<WrittenFile & { content: Uint8Array; totals: FileTotals | undefined }> {
  const { write, compression, onSnapshot, onProgress, mostAwards, ...reading } = options;
  const chunks: Uint8Array[] = [];
  const sink: ByteSink = {
    write: async (bytes) => {
      chunks.push(bytes.slice());
      await write?.(bytes);
    },
  };
  using writer = new RecordWriter(contents, sink, compression);
  const { totals: counted } = contents;
  const taker = counted && new TotalsTaker({ ...contents, totals: counted }, mostAwards);
  const totals = await inSnapshot(sql, async (tx) => {
    await onSnapshot?.(tx);
    const rowsEstimated = await estimateRows(tx, contents.query);
    for await (const batch of readRecords(sql, tx, contents, { ...reading, rowsEstimated })) {
      taker?.add(batch);
      await writer.add(batch);
      await onProgress?.(writer.rows);
      reading.signal?.throwIfAborted();
    }
    return await taker?.totals(tx);
  });
  return { ...await writer.end(), content: joined(chunks), totals };
}

/** @throws where the bytes differ, showing the place in both */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  const size = Math.max(actual.length, expected.length);
  let at = 0;
  while (at < size && actual[at] === expected[at]) at += 1;
  if (at === size) return;
  const shown = (bytes: Uint8Array) =>
    JSON.stringify(new TextDecoder().decode(bytes.subarray(Math.max(0, at - 60), at + 60)));
  throw new Error(
    `${what}: the file (${actual.length} bytes) differs from COPY (${expected.length} bytes) at byte ${at}:\n` +
      `  file ${shown(actual)}\n  COPY ${shown(expected)}`,
  );
}

function joined(chunks: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
