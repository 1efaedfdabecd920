import pg from "pg";
import type { ConnectionTarget } from "./connection_url.ts";
import type { Wire } from "./dial.ts";
import { whileOpening } from "./not_let_in.ts";
import { RowFilter } from "./row_filter.ts";
import { LIFT_TRANSACTION_TIMEOUT, startupOptions } from "./session_settings.ts";
import { type IsAtWork, type Patience, watchSilence } from "./silence.ts";
import { parserOf } from "./values.ts";

/** How a connection is opened. */
export interface ClientOptions {
  target: ConnectionTarget;
  /** What Postgres shows in `pg_stat_activity`. */
  name: string;
  /** Opens the connection that it is to talk on. */
  dial: () => Promise<Wire>;
  /** How long one statement may take. */
  statementSeconds?: number | undefined;
  /** Whether it leaves the session's settings alone. */
  isPlain?: boolean;
  /** How it is found out whether the server is at work while nothing comes. */
  isAtWork?: IsAtWork | undefined;
  /** How long nothing may come before that is looked into; shorter in tests. */
  patience?: Patience | undefined;
  /** Whether values are read as `lib/db/values.ts` says, and not as the driver does by itself. */
  readsValues?: boolean;
}

/** What the driver's types leave out. */
type Undeclared = { processID: number | null; readyForQuery: boolean };

type Connected = (error?: Error) => void;

/**
 * Whether a statement was refused since its session, or its transaction, takes no writes
 * (read_only_sql_transaction).
 */
export const isReadOnly = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === "25006";

/** A connection of node-postgres that is dialled as every one of this service is. */
export class DialledClient extends pg.Client {
  readonly #dial: () => Promise<Wire>;
  readonly #isPlain: boolean;
  readonly #password: string | undefined;
  readonly #watch: Pick<ClientOptions, "isAtWork" | "patience">;
  #rows: RowFilter | undefined;
  #isBrokenOff = false;
  #isReadOnly = false;

  constructor(
    { target, name, dial, readsValues, isPlain = false, isAtWork, patience, statementSeconds }: ClientOptions,
  ) {
    super({
      host: target.servers[0]!.host,
      port: target.servers[0]!.port,
      user: target.user,
      password: target.password,
      database: target.database,
      application_name: target.applicationName ?? name,
      options: isPlain ? undefined : startupOptions(target.options, statementSeconds),
      ssl: false,
      connectionTimeoutMillis: target.connectSeconds * 1000,
      ...readsValues && { types: { getTypeParser: parserOf } },
    });
    this.#dial = dial;
    this.#isPlain = isPlain;
    this.#password = target.password;
    this.#watch = { isAtWork, patience };
    // Without a listener a loss ends the process, and pg's pool has one only some time after the server was
    // ready. Whatever runs on the connection, or is asked of it next, is refused by itself.
    this.on("error", () => {});
    this.connection.on("errorMessage", (error: { code?: string }) => {
      this.#isReadOnly ||= isReadOnly(error);
    });
  }

  /**
   * Whether it was told that it may not write: a session that began so may stay so, whatever becomes of the
   * database.
   */
  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /** What parts rows from everything else that the server sends. */
  get rows(): RowFilter {
    if (!this.#rows) throw new Error("the connection is not open");
    return this.#rows;
  }

  /** The server's process that it leads to, once it is open. */
  get process(): number | null {
    return (this as unknown as Undeclared).processID;
  }

  /** Whether it was given up on purpose. */
  get isBrokenOff(): boolean {
    return this.#isBrokenOff;
  }

  /**
   * Gives the connection up at once, whatever runs on it; that is then refused by the reason, and ended by
   * the server.
   */
  breakOff(reason: unknown): void {
    this.#isBrokenOff = true;
    this.connection.stream.destroy(reason instanceof Error ? reason : new Error(String(reason)));
  }

  override connect(): Promise<this>;
  override connect(done: Connected): void;
  override connect(done?: Connected): Promise<this> | void {
    const opening = this.#open().then(() => this);
    if (!done) return opening;
    opening.then(() => done(), done);
  }

  async #open(): Promise<void> {
    const stream = await this.#dial();
    // The driver would wait for the end of one that has ended.
    if (stream.destroyed) throw new Error("Connection terminated unexpectedly");
    // The driver would have it dialled now.
    const connect = () => queueMicrotask(() => stream.emit("connect"));
    Object.assign(this.connection, { stream: Object.assign(stream, { connect }) });
    const opened = super.connect();
    const rows = takeRowsAside(this.connection);
    this.#rows = rows;
    watchSilence({
      wire: stream,
      isWaiting: () => !(this as unknown as Undeclared).readyForQuery && !rows.isPaused,
      process: () => this.process,
      ...this.#watch,
    });
    await opened.catch((error) => {
      throw whileOpening(error, this.#password);
    });
    if (!this.#isPlain) await this.query(LIFT_TRANSACTION_TIMEOUT);
  }
}

/** Puts a filter before the one listener by which the driver reads what the server sends. */
function takeRowsAside({ stream }: pg.Connection): RowFilter {
  const [parse, ...more] = stream.listeners("data") as ((bytes: Uint8Array) => void)[];
  if (!parse || more.length > 0) throw new Error("this release of pg reads its connections in another way");
  const filter = new RowFilter(parse);
  stream.on("data", (bytes: Uint8Array) => filter.push(bytes));
  stream.removeListener("data", parse);
  return filter;
}
