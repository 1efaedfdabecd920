import type { Sql, Transaction } from "../db.ts";

// Compiling 267 columns never pays; a cursor's query runs in one process, so it is planned for one, and for
// all of its rows instead of their first tenth; the encoder takes days as ISO 8601 has them; a server whose
// client has gone notices.
const SETTINGS =
  `SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL cursor_tuple_fraction = 1;
  SET LOCAL datestyle = 'ISO'; SET LOCAL client_connection_check_interval = '1s'`;

// No two servers have begun in the same microsecond, also where one is a copy of the other.
const SERVER = "extract(epoch FROM pg_postmaster_start_time())::text";

/** A snapshot that other transactions may share for as long as its own one lasts. */
export interface ExportedSnapshot {
  id: string;
  /** Which server it is of. */
  server: string;
}

/** How a snapshot is used. */
export interface SnapshotOptions {
  /**
   * The snapshot of another transaction (`exportSnapshot`) that is to be shared; that one must last until
   * `work` is called.
   */
  exported?: ExportedSnapshot;
  /** Whether it may make temporary tables, which a replica cannot. */
  makesTables?: boolean;
  /** Breaks off whatever runs in it, at once, by giving its connection up. */
  signal?: AbortSignal | undefined;
}

/**
 * Works in a transaction that sees the database at one moment and changes nothing, set up for reading a
 * file's records.
 *
 * @throws where the snapshot that is to be shared is another server's: of several replicas, a pool's
 * connections need not lead to the same one
 */
export async function inSnapshot<T>(
  sql: Sql,
  work: (tx: Transaction) => Promise<T>,
  { exported, makesTables = false, signal }: SnapshotOptions = {},
): Promise<T> {
  let working: Promise<T> | undefined;
  const begin = async (tx: Transaction) => {
    if (exported !== undefined) await share(tx, exported);
    await tx.unsafe(SETTINGS);
    return await (working = work(tx));
  };
  try {
    const mode = `ISOLATION LEVEL REPEATABLE READ${makesTables ? "" : " READ ONLY"}`;
    return await sql.begin(begin, { mode, signal });
  } finally {
    // Where the connection is lost, that is said before the work has seen it.
    await working?.catch(() => {});
  }
}

async function share(tx: Transaction, { id, server }: ExportedSnapshot): Promise<void> {
  // Made by the server itself, of hexadecimal digits and hyphens; the statement takes no parameter.
  const [row] = await tx.unsafe<[{ server: string }]>(
    `SET TRANSACTION SNAPSHOT '${id}'; SELECT ${SERVER} AS server`,
  );
  // Each server counts its snapshots by itself, so that one of another server may have the same ID.
  if (row.server !== server) throw new Error("the snapshot that is to be shared is another server's");
}

/** Lets other transactions share this one's snapshot for as long as it lasts. */
export async function exportSnapshot(tx: Transaction): Promise<ExportedSnapshot> {
  const [row] = await tx.unsafe<[ExportedSnapshot]>(
    `SELECT pg_export_snapshot() AS id, ${SERVER} AS server`,
  );
  return row;
}
