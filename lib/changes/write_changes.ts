import type { Sql, Transaction } from "../db.ts";
import { readBatches, type RowMessages } from "../files/cursor.ts";
import { type EarlierFile, type FileContents, type RecordIdentity, selecting } from "../files/file_type.ts";
import { readRecords } from "../files/read_records.ts";
import type { SpareCursors } from "../files/spare_cursors.ts";
import type { FileStore } from "../storage/store.ts";
import { ByteChecks } from "./byte_check.ts";
import type { ChangeWriter } from "./change_writer.ts";
import { earlierRecords } from "./earlier_records.ts";
import { writeEqualKeys } from "./equal_keys.ts";
import { UnpairedRecords } from "./moved_records.ts";
import { newRecords } from "./new_records.ts";
import { advanceBoth, pairFiles, type Pairing } from "./pair_files.ts";
import { RecordWalk } from "./record_walk.ts";

/** Two files that are compared: one in the storage, and the one that the database would give now. */
export interface TwoFiles {
  store: FileStore;
  earlier: EarlierFile;
  /** What both hold. */
  contents: FileContents;
  /** Where cursors read, and the transaction that has the snapshot of the new file. */
  exportSql: Sql;
  tx: Transaction;
  /** A database that takes writes, for what does not fit into memory. */
  sql: Sql;
  rowsEstimated: number;
  spare?: SpareCursors | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Writes what has changed from an earlier file to the one that the same request gives now. Both are gone
 * through together, in the order that both have; memory is bounded, however many records they have.
 *
 * A record that has moved, say because its day was corrected, stands at two places: such are looked for
 * first, by the columns of the order alone.
 *
 * @param onProgress told after each batch of records
 * @throws as `readBatches` and `earlierRecords` do
 */
export async function writeChanges(
  files: TwoFiles,
  file: ChangeWriter,
  onProgress: () => void,
): Promise<void> {
  const identity = files.contents.identity;
  if (!identity) throw new Error("changes of such a file cannot be asked for");
  const checks = new ByteChecks(files.earlier.sha256);
  if (!mayMove(identity)) {
    return await compare(files, checks, onProgress, {
      earlierOnly: (earlier) => file.add("removed", earlier.line),
      newOnly: (fresh) => file.add("added", fresh.line),
      both: (earlier, fresh) => writeEqualKeys(earlier, fresh, file),
    });
  }
  await keepingMoved(files, async (files, keeping) => {
    const moved = await findMoved(files, identity, checks, keeping);
    await compare(files, checks, onProgress, {
      earlierOnly: (earlier) =>
        once(moved.earlier.has(earlier.position), (isMoved) => {
          return isMoved ? undefined : file.add("removed", earlier.line);
        }),
      newOnly: (fresh) =>
        once(moved.new.has(fresh.position), (isMoved) => {
          return file.add(isMoved ? "changed" : "added", fresh.line);
        }),
      both(earlier, fresh) {
        const added = Buffer.compare(earlier.line, fresh.line) === 0
          ? undefined
          : file.add("changed", fresh.line);
        return added ? added.then(() => advanceBoth(earlier, fresh)) : advanceBoth(earlier, fresh);
      },
    });
  });
}

/**
 * Works with a transaction for what does not fit into memory. Where it is lost, which is seen before the work
 * has asked anything of it, the reading of both files is broken off, and has ended when this throws.
 */
async function keepingMoved(
  files: TwoFiles,
  work: (files: TwoFiles, keeping: Transaction) => Promise<void>,
): Promise<void> {
  const lost = new AbortController();
  const signal = files.signal ? AbortSignal.any([files.signal, lost.signal]) : lost.signal;
  let working: Promise<void> | undefined;
  try {
    await files.sql.begin((keeping) => working = work({ ...files, signal }, keeping), {
      signal: files.signal,
    });
  } catch (error) {
    lost.abort(error);
    throw error;
  } finally {
    await working?.catch(() => {});
  }
}

/** Whether a record can stand at another place and be the same: a key has one record then, at most. */
const mayMove = ({ key, place }: RecordIdentity): boolean => place.some((column) => !key.includes(column));

/** Goes on once something is known: at once where it is already. */
const once = <T>(
  known: T | Promise<T>,
  goOn: (value: T) => Promise<void> | undefined,
): Promise<void> | undefined => known instanceof Promise ? known.then(goOn) : goOn(known);

async function compare(
  files: TwoFiles,
  checks: ByteChecks,
  onProgress: () => void,
  pairing: Pairing,
): Promise<void> {
  const { store, earlier, contents, exportSql, tx, rowsEstimated, spare, signal } = files;
  const place = contents.identity!.place.map((name) =>
    contents.elements.findIndex(({ column }) => column === name)
  );
  await using stored = await earlierRecords(store, earlier, contents, checks.last(), signal);
  const batches = readRecords(exportSql, tx, contents, { rowsEstimated, spare, signal });
  await using _reading = { [Symbol.asyncDispose]: async () => void await batches.return() };
  const fresh = await newRecords(contents, telling(batches, onProgress));
  await pairFiles(new RecordWalk(stored.reader, place), new RecordWalk(fresh, place), pairing);
}

async function* telling(
  batches: AsyncIterable<RowMessages[]>,
  onProgress: () => void,
): AsyncGenerator<RowMessages[], void, undefined> {
  for await (const batch of batches) {
    onProgress();
    yield batch;
  }
}

/** The records that stand in both files, at different places. */
async function findMoved(
  files: TwoFiles,
  { key, place }: RecordIdentity,
  checks: ByteChecks,
  keeping: Transaction,
) {
  const { store, earlier, contents, tx, signal } = files;
  const columns = place.map((name) => contents.elements.findIndex(({ column }) => column === name));
  const elements = columns.map((i) => contents.elements[i]!);
  const keyCells = key.map((name) => place.indexOf(name));
  const keyOf = (walk: RecordWalk) => JSON.stringify(keyCells.map((i) => walk.place.text(i)));
  await using unpaired = new UnpairedRecords(keeping);

  await using stored = await earlierRecords(store, earlier, contents, checks.early(), signal);
  const batches = readBatches(tx, selecting(place.join(", "), contents.query), { signal });
  await using _reading = { [Symbol.asyncDispose]: async () => void await batches.return() };
  const fresh = await newRecords({ delimiter: contents.delimiter, elements }, batches);
  await pairFiles(new RecordWalk(stored.reader, columns), new RecordWalk(fresh, place.map((_, i) => i)), {
    earlierOnly: (walk) => unpaired.add("earlier", walk.position, keyOf(walk)),
    newOnly: (walk) => unpaired.add("new", walk.position, keyOf(walk)),
    both: advanceBoth,
  });
  return await unpaired.moved();
}
