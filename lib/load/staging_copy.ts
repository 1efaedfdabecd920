import type { Session } from "../db.ts";
import { RowBuffer } from "./cells/row_buffer.ts";
import { CopyIn } from "./copy_in.ts";
import { copyRefused, lineOfCopy } from "./refusals/postgres_refusals.ts";
import { identifier, identifiers } from "./table_columns.ts";

// How many bytes go to Postgres at once.
const CHUNK = 256 * 1024;
// How many CSVs share a COPY, for each of which it is kept where it begins until Postgres has taken all of
// them.
const MOST_CSVS = 1000;

const LF = 0x0a;

/**
 * The rows of a file on their way into its staging table. CSVs that have the same columns in the same order
 * share a `COPY`: to begin and end one takes longer than to read a small CSV.
 *
 * The session takes no other query until `finish` or `abort`.
 */
export class StagingCopy {
  /** Where rows are added; `send` takes them. */
  readonly rows = new RowBuffer();
  readonly #session: Session;
  readonly #table: string;
  #copy: CopyIn | null = null;
  #columns = "";
  /** The CSVs of the COPY, and which of its lines each begins on. */
  #csvs: { name: string; line: number }[] = [];
  #line = 0;
  #isGivenUp = false;

  constructor(session: Session, table: string) {
    this.#session = session;
    this.#table = table;
  }

  /** Goes on to the rows of another CSV. May throw what `send` throws. */
  async begin(name: string, columns: readonly string[]): Promise<void> {
    if (this.#isGivenUp) return;
    const listed = identifiers(columns);
    if (this.#copy && (listed !== this.#columns || this.#csvs.length === MOST_CSVS)) await this.finish();
    await this.#sendAll();
    if (!this.#copy) {
      this.#copy = new CopyIn(
        this.#session,
        `COPY ${identifier(this.#table)} (load_row, ${listed}) FROM STDIN (FORMAT csv, HEADER)`,
      );
      this.#columns = listed;
      this.#csvs = [];
      // By a header of nothing Postgres learns how lines end, and counts those inside of values from the
      // first row on.
      await this.#copy.write(new Uint8Array([LF]));
      this.#line = 2;
    }
    this.#csvs.push({ name, line: this.#line });
  }

  /**
   * Sends the rows, once there are many.
   *
   * @throws {LoadError} where Postgres does not take one of those that were sent
   */
  async send(): Promise<void> {
    if (this.#isGivenUp) this.rows.take();
    else if (this.rows.length >= CHUNK) await this.#sendAll();
  }

  /** Resolves once Postgres has taken every row. May throw what `send` throws. */
  async finish(): Promise<void> {
    await this.#sendAll();
    const copy = this.#copy;
    this.#copy = null;
    await copy?.finish().catch((error) => this.#refuse(error));
  }

  /** Gives up what is on its way, and takes no more. Never throws. */
  async abort(): Promise<void> {
    this.#isGivenUp = true;
    const copy = this.#copy;
    this.#copy = null;
    await copy?.abort();
  }

  async #sendAll(): Promise<void> {
    if (this.rows.length === 0 || !this.#copy) return;
    const bytes = this.rows.take();
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) this.#line++;
    await this.#copy.write(bytes).catch((error) => this.#refuse(error));
  }

  #refuse(error: unknown): never {
    const line = lineOfCopy(error) ?? this.#line;
    const csv = this.#csvs.findLast((csv) => csv.line <= line) ?? this.#csvs.at(-1)!;
    throw copyRefused(error, csv.name) ?? error;
  }
}
