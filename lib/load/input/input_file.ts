import type { ByteSource } from "../../csv/byte_source.ts";

/** One CSV of an input file. */
export interface InputMember {
  name: string;
  bytes: ByteSource;
}

/**
 * One file that a load reads: plain, gzipped, or a `.zip` of several CSVs, told apart by their first bytes.
 */
export interface InputFile extends AsyncDisposable {
  /** What it is called in messages and in `data_load`: its name without its folder. */
  readonly name: string;
  /** Its size in bytes, or `null` for standard input. */
  readonly size: number | null;
  /** How many of its bytes were read so far, packed as they may be. */
  bytesRead(): number;
  /**
   * SHA-256 of the file as it is given, in hexadecimal. Of standard input it is known only once everything
   * was read; before that it is `null`.
   */
  sha256(): Promise<string | null>;
  /** The CSVs in it, one for all but a `.zip`; each must be read before the next one is asked for. */
  members(): AsyncIterable<InputMember>;
  /** @throws {LoadError} where the file is not the one any more that was hashed */
  checkUnchanged(): Promise<void>;
}
