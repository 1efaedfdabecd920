import type { Sql, Transaction } from "../db.ts";

// Compiling 267 columns never pays; a cursor's query runs in one process, so it is planned for one; the encoder takes days
// as ISO 8601 has them.
const SETTINGS =
  "SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL datestyle = 'ISO'";

/**
 * Works in a transaction that sees the database at one moment and changes nothing, set up for reading a file's records.
 *
 * @param exported the snapshot of another transaction (`exportSnapshot`), which is to be shared; that transaction must last
 * until `work` is called
 */
export async function inSnapshot<T>(
  sql: Sql,
  work: (tx: Transaction) => Promise<T>,
  exported?: string,
): Promise<T> {
  let working: Promise<T> | undefined;
  try {
    return await sql.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", async (tx) => {
      // Made by the server itself, of hexadecimal digits and hyphens; the statement takes no parameter.
      if (exported !== undefined) await tx.unsafe(`SET TRANSACTION SNAPSHOT '${exported}'`);
      await tx.unsafe(SETTINGS);
      return await (working = work(tx));
    }) as T;
  } finally {
    // Where the connection is lost, the driver says so before the work has seen it.
    await working?.catch(() => {});
  }
}

/** Lets other transactions share this one's snapshot for as long as it lasts. */
export async function exportSnapshot(tx: Transaction): Promise<string> {
  const [row] = await tx<[{ id: string }]>`SELECT pg_export_snapshot() AS id`;
  return row.id;
}
