import postgres from "postgres";
import { type ClientOptions, isReadOnly } from "./client.ts";
import { whileOpening } from "./not_let_in.ts";
import { failedSocket, quiet } from "./quiet_socket.ts";
import { LIFT_TRANSACTION_TIMEOUT, startupOptions } from "./session_settings.ts";
import { watchSilence } from "./silence.ts";
import type { Query, Run } from "./tag.ts";
import { PARSERS } from "./values.ts";

/**
 * Statements that stand alone, by postgres.js: many go down one connection without waiting for each other's
 * answer. That driver is given nothing that holds a session, and each of its connections is used once: what
 * it keeps of one that it has lost would harm later statements (docs/architecture.md, "Drivers").
 */
export class PipelinedStatements {
  readonly #options: ClientOptions;
  readonly #max: number;
  readonly #connections = new Set<PipelinedConnection>();

  /** @param max the most connections it opens */
  constructor(options: ClientOptions, max: number) {
    this.#options = options;
    this.#max = max;
  }

  readonly run: Run = (query) => this.#leastBusy().run(query);

  /**
   * Closes every connection once its statements are answered.
   *
   * @param seconds after which they are closed all the same
   */
  async close(seconds?: number): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close(seconds)));
  }

  #leastBusy(): PipelinedConnection {
    let least: PipelinedConnection | undefined;
    for (const connection of this.#connections) {
      if (!least || connection.running < least.running) least = connection;
    }
    if (least && (least.running === 0 || this.#connections.size >= this.#max)) return least;
    const opened: PipelinedConnection = new PipelinedConnection(this.#options, () => {
      this.#connections.delete(opened);
    });
    this.#connections.add(opened);
    return opened;
  }
}

// Parameters are text by then, and go as they are, whatever their type.
const asItIs = (text: string) => text;
const TYPES = Object.fromEntries(
  // The driver's own, which would change them by itself, and those whose values are read.
  [16, 17, 20, 21, 23, 25, 26, 114, 700, 701, 1082, 1114, 1184, 3802, ...PARSERS.keys()].map((oid) => [
    `type_${oid}`,
    { to: oid, from: [oid], serialize: asItIs, parse: PARSERS.get(oid) ?? asItIs },
  ]),
);

/** What the driver keeps of a statement that it has sent, which its types do not say. */
type Sent = { state: { pid: number | null } | null };

/** A pool of postgres.js that has one connection, and ends with it. */
class PipelinedConnection {
  /** How many statements wait for their answers. */
  running = 0;
  readonly #sql: postgres.Sql;
  readonly #ended: () => void;
  /** A statement of its, by which the driver tells of the server. */
  #last: Sent | undefined;
  #isReadOnly = false;
  /** Whether the server has let it in: it then says what its settings are. */
  #isLetIn = false;
  readonly #password: string | undefined;
  #idle = () => {};
  #opened: Promise<void> | undefined;

  /** @param ended told when it is to be given no more statements */
  constructor(
    { target, name, dial, isAtWork, patience, statementSeconds }: ClientOptions,
    ended: () => void,
  ) {
    this.#ended = ended;
    this.#password = target.password;
    let isDialled = false;
    const options = {
      max: 1,
      user: target.user,
      pass: target.password ?? "",
      database: target.database,
      host: target.servers[0]!.host,
      port: target.servers[0]!.port,
      connection: {
        application_name: target.applicationName ?? name,
        options: startupOptions(target.options, statementSeconds),
      },
      connect_timeout: target.connectSeconds,
      backoff: () => 0,
      idle_timeout: 0,
      max_lifetime: null,
      // It would ask for all types there are, on each connection.
      fetch_types: false,
      types: TYPES,
      onnotice: () => {},
      onparameter: () => {
        this.#isLetIn = true;
      },
      socket: () => {
        if (isDialled) return failedSocket(new ConnectionClosed("the server has closed the connection"));
        isDialled = true;
        return dial().then((wire) => {
          const process = () => this.#last?.state?.pid;
          watchSilence({ wire, isWaiting: () => this.running > 0, process, isAtWork, patience });
          return quiet(wire);
        }, failedSocket);
      },
      onclose: () => {
        ended();
        // Statements that have not been sent yet are refused at once.
        this.#sql.end({ timeout: 0 });
      },
    };
    this.#sql = postgres(options);
  }

  async run({ text, values, prepare, asArrays }: Query): Promise<{ rows: unknown[]; count: number }> {
    this.running += 1;
    try {
      await (this.#opened ??= this.#open());
      const statement = this.#sql.unsafe(text, values, { prepare });
      this.#last = statement as unknown as Sent;
      const rows = asArrays ? await statement.values() : await statement;
      return { rows: [...rows], count: rows.count };
    } catch (error) {
      // The session may stay so, whatever becomes of the database: another takes its place.
      if (isReadOnly(error)) {
        this.#isReadOnly = true;
        this.#ended();
      }
      throw this.#isLetIn ? error : whileOpening(error, this.#password);
    } finally {
      this.running -= 1;
      if (this.running === 0) this.#idle();
      if (this.running === 0 && this.#isReadOnly) void this.#sql.end({ timeout: 0 });
    }
  }

  /** Whatever waits for it is told why a connection cannot be opened. */
  async #open(): Promise<void> {
    const statement = this.#sql.unsafe(LIFT_TRANSACTION_TIMEOUT);
    this.#last = statement as unknown as Sent;
    await statement;
  }

  async close(seconds?: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = seconds === undefined ? undefined : setTimeout(late.resolve, seconds * 1000);
    if (this.running > 0) {
      await Promise.race([new Promise<void>((resolve) => this.#idle = resolve), late.promise]);
    }
    clearTimeout(timer);
    await this.#sql.end({ timeout: 0 });
  }
}

/** A connection was closed before it was ready. */
class ConnectionClosed extends Error {
  override readonly name = "ConnectionClosed";
  readonly code = "CONNECTION_CLOSED";
}
