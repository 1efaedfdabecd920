import type { Connection } from "pg";
import type { RowFilter, RowMessages } from "./row_filter.ts";
import { statementName } from "./statement_name.ts";
import { type Value, valueText } from "./values.ts";

/** So many orders are with the server at a time: it has the next one before it is done with one. */
const OUTSTANDING = 2;

/** What reads a cursor. */
export interface CursorReader {
  /** How many rows the next order is for. */
  rows(): number;
  /** Takes a batch; nothing more is ordered before the promise that it may return has resolved. */
  onBatch(batch: RowMessages[]): Promise<void> | undefined;
}

/** What the driver keeps of its connection's statements, which its types do not say. */
type PgConnection = Connection & { parsedStatements: Record<string, string> };

/** The cursor's name: a connection has one open at a time. */
const NAME = "records";

/**
 * A query for node-postgres (a "submittable", as pg-cursor's are) that is read through a cursor: SQL declares
 * it, and the protocol's Execute takes some more rows from it again and again, which costs less than FETCH.
 * Rows go past the driver.
 */
export class CursorQuery {
  /**
   * Resolves once all rows have been taken, or nobody wants more and the connection is free again; rejects
   * otherwise.
   */
  readonly ended: Promise<void>;
  /** By these the driver knows which statements a connection has. */
  readonly name: string;
  readonly text: string;
  readonly #values: (string | null)[];
  readonly #end = Promise.withResolvers<void>();
  #connection: Connection | undefined;
  #batch: RowMessages[] = [];
  #orders = 0;
  #isDeclared = false;
  #isOver = false;

  constructor(
    { text, values }: { text: string; values: readonly Value[] },
    readonly filter: RowFilter,
    readonly reader: CursorReader,
    /** Whether the server keeps the statement for the next time on this connection. */
    keepStatement: boolean,
  ) {
    this.ended = this.#end.promise;
    // It may end while its reader is busy.
    this.ended.catch(() => {});
    this.text = `DECLARE ${NAME} NO SCROLL CURSOR FOR ${text}`;
    this.name = keepStatement ? statementName(this.text) : "";
    this.#values = values.map(valueText);
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    this.filter.onRows = (rows) => this.#batch.push(rows);
    const isKept = this.name in (connection as PgConnection).parsedStatements;
    this.#send(() => {
      if (!isKept) connection.parse({ name: this.name, text: this.text, types: [] }, true);
      connection.bind({ statement: this.name, values: this.#values }, true);
      connection.execute(null, true);
      for (let i = 0; i < OUTSTANDING; i++) this.#order();
    });
  }

  /** Nobody wants more rows: what is under way is dropped. */
  stop(): void {
    if (this.#isOver) return;
    this.filter.onRows = () => {};
    this.#close();
  }

  handlePortalSuspended(): void {
    if (this.#isOver) return;
    this.#orders -= 1;
    this.filter.isPaused = this.#orders === 0;
    const room = this.#hand();
    const more = () => {
      if (!this.#isOver) this.#send(() => this.#order());
    };
    if (room) room.then(more, () => this.stop());
    else more();
  }

  handleCommandComplete(): void {
    if (!this.#isDeclared) {
      this.#isDeclared = true;
      return;
    }
    // The second one answers the order that was too many.
    if (this.#isOver) return;
    if (this.#batch.length > 0) this.#hand()?.catch(() => {});
    this.#close();
  }

  handleReadyForQuery(): void {
    this.filter.isPaused = false;
    this.filter.onRows = undefined;
    this.#end.resolve();
  }

  handleError(error: Error): void {
    this.filter.isPaused = false;
    this.filter.onRows = undefined;
    // What was asked for after the end is answered already.
    if (!this.#isOver) this.#connection?.sync();
    this.#isOver = true;
    this.#end.reject(error);
  }

  #close(): void {
    this.#isOver = true;
    this.filter.isPaused = false;
    const connection = this.#connection!;
    const { stream } = connection;
    stream.cork();
    connection.close({ type: "P", name: NAME }, true);
    connection.sync();
    stream.uncork();
  }

  /** Sends what `write` writes in one packet, and has the server answer it at once. */
  #send(write: () => void): void {
    const { stream } = this.#connection!;
    stream.cork();
    write();
    this.#connection!.flush();
    stream.uncork();
  }

  #order(): void {
    this.#orders += 1;
    this.filter.isPaused = false;
    this.#connection!.execute({ portal: NAME, rows: String(this.reader.rows()) }, true);
  }

  #hand(): Promise<void> | undefined {
    const batch = this.#batch;
    this.#batch = [];
    try {
      return this.reader.onBatch(batch);
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
