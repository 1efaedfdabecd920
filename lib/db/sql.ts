import type { DialledClient } from "./client.ts";
import type { Json, Value } from "./values.ts";

// deno-lint-ignore no-explicit-any -- the types of a row that nobody has named are whatever its columns give
export type Row = Record<string, any>;

/** The rows of a result. */
export type Result<Rows> = Rows & {
  /** How many rows there are, or were changed. */
  count: number;
};

/**
 * A statement: run, once, when it is waited for; or put into another one, whose parameters then are its own
 * as well.
 */
export interface Statement<Rows extends readonly unknown[] = Row[]> extends Promise<Result<Rows>> {
  /** Runs it now, before it is waited for. */
  execute(): this;
  /** Runs it; the rows come as arrays of values, in the columns' order. */
  values(): Promise<Result<unknown[][]>>;
}

/** Names in a statement: of columns, or a table. As a string, they are quoted and separated by commas. */
export interface Names {
  readonly names: readonly string[];
  toString(): string;
}

/** How statements are written: as template literals whose values are bound, never put into the text. */
export interface Tag {
  <Rows extends readonly unknown[] = Row[]>(
    text: TemplateStringsArray,
    ...values: (Value | Names | Statement<readonly unknown[]>)[]
  ): Statement<Rows>;
  (names: string | readonly string[]): Names;
  /**
   * A statement that is made elsewhere, such as a file of `sql/`, with its parameters. Without any it may be
   * several statements, of which the last one's rows come.
   *
   * @param options `prepare`: whether the server keeps its plan for the next time on the same connection
   */
  unsafe<Rows extends readonly unknown[] = Row[]>(
    text: string,
    values?: readonly Value[],
    options?: { prepare?: boolean },
  ): Statement<Rows>;
  json(value: unknown): Json;
}

/** One connection inside a transaction. */
export interface Transaction extends Tag {
  /** The connection itself, for what is no statement: `COPY … FROM STDIN`, cursors. */
  readonly client: DialledClient;
}

/** One connection of a pool, taken out of it. */
export interface ReservedConnection extends Tag {
  /** Ends it; the pool opens another one in its place. */
  release(): void;
}

/** How a transaction is. */
export interface TransactionOptions {
  /** What follows BEGIN, such as its isolation level. */
  mode?: string;
  /** Breaks it off at once, whatever runs in it, by giving its connection up. */
  signal?: AbortSignal | undefined;
}

/** A pool of connections, opened on demand. */
export interface Sql extends Tag {
  /**
   * Works in a transaction of its own, which ends with what `work` returns or throws.
   *
   * @throws what `work` throws; the driver's error, at once, where the connection is lost. Where it is lost
   * in the commit, the transaction may have been done
   */
  begin<T>(work: (tx: Transaction) => T | PromiseLike<T>, options?: TransactionOptions): Promise<T>;
  /** Takes a connection out of the pool, for a session of its own. */
  reserve(): Promise<ReservedConnection>;
  /**
   * Closes every connection once its work is done.
   *
   * @param options `timeout`: after so many seconds, whatever they do
   */
  end(options?: { timeout?: number }): Promise<void>;
}
