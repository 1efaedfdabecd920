import { type ByteSource, ofChunks } from "../csv/byte_source.ts";
import { CsvError, CsvReader } from "../csv/reader.ts";
import { ServiceError } from "../errors.ts";
import type { EarlierFile, FileContents } from "../files/file_type.ts";
import { gunzipped } from "../load/input/unpack.ts";
import { LoadError } from "../load/load_error.ts";
import type { FileStore } from "../storage/store.ts";
import type { ByteCheck } from "./byte_check.ts";
import { headerLine } from "./header_line.ts";

/** The records of an earlier file, read from the storage. To be disposed of. */
export interface EarlierRecords extends AsyncDisposable {
  /** Stands before the first record. */
  reader: CsvReader;
}

/**
 * Opens an earlier file, and reads its header.
 *
 * @param check what its bytes are held to
 * @throws {ServiceError} `earlier_file_gone` where it is not there, is damaged, or is not such a file as is
 * made today, at once or as it is read on; `storage_unavailable`
 */
export async function earlierRecords(
  store: FileStore,
  earlier: EarlierFile,
  contents: Pick<FileContents, "delimiter" | "header">,
  check: ByteCheck,
  signal?: AbortSignal,
): Promise<EarlierRecords> {
  const stored = await store.read(earlier.key, signal);
  if (!stored) throw gone(earlier, "the storage does not have it any more");
  await using opened = new AsyncDisposableStack();
  const chunks = stored[Symbol.asyncIterator]();
  opened.defer(async () => void await chunks.return?.());
  const bytes = checked(chunks, earlier, check);
  const reader = new EarlierReader(
    earlier.compression === "gzip" ? opened.use(gunzipped("The file", bytes)) : bytes,
    earlier,
  );
  reader.delimiters = [contents.delimiter];
  const first = await reader.next("one");
  if (!first || Buffer.compare(first.raw(0), headerLine(contents)) !== 0) {
    throw gone(earlier, "it has other columns than such files have now");
  }
  const resources = opened.move();
  return { reader, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Bytes that must turn out, at their end, to be those that were stored. */
function checked(chunks: AsyncIterator<Uint8Array>, earlier: EarlierFile, check: ByteCheck): ByteSource {
  return ofChunks(async () => {
    const { done, value } = await chunks.next();
    if (!done) {
      check.add(value);
      return value;
    }
    if (!check.isRight()) throw gone(earlier, DAMAGED);
    return null;
  });
}

class EarlierReader extends CsvReader {
  constructor(source: ByteSource, readonly earlier: EarlierFile) {
    super(source);
  }

  override async next(most?: "one") {
    try {
      return await super.next(most);
    } catch (error) {
      // What stopped the reading of a compressed file is the cause of what is said of its unpacking.
      const reason = error instanceof LoadError && error.cause instanceof ServiceError ? error.cause : error;
      const isDamaged = reason instanceof CsvError || reason instanceof LoadError;
      throw isDamaged ? gone(this.earlier, DAMAGED, error) : reason;
    }
  }
}

const DAMAGED = "the storage has damaged it";

const gone = ({ job_id }: EarlierFile, why: string, cause?: unknown): ServiceError =>
  new ServiceError("earlier_file_gone", { jobId: String(job_id), why }, { cause });
