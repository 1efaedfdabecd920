import pg from "pg";
import { openSession } from "../../lib/db.ts";

/**
 * Runs a `COPY … TO STDOUT` and hands on its bytes, row by row; they are good until `add` returns. On a
 * connection of its own. (Of the packages for it, postgres.js' own can hang whatever comes after it on the
 * connection, and pg-copy-streams 7 throws where the end of the data and the end of the command come in two
 * packets.)
 *
 * @returns the number of rows
 */
export async function copyOut(
  url: string,
  statement: string,
  add: (row: Uint8Array) => void,
): Promise<number> {
  const session = await openSession(url, "judge");
  try {
    const query = new pg.Query(statement);
    const over = new Promise<void>((resolve, reject) => query.once("end", resolve).once("error", reject));
    let rows = 0;
    Object.assign(query, {
      handleCopyData({ chunk }: { chunk: Uint8Array }) {
        rows += 1;
        add(chunk);
      },
    });
    session.query(query);
    await over;
    return rows;
  } finally {
    await session.end();
  }
}

/** All the bytes that a `COPY … TO STDOUT` gives. */
export async function copiedBytes(url: string, statement: string): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  // Not slice(): these are Buffers, whose slices share their bytes.
  await copyOut(url, statement, (row) => chunks.push(new Uint8Array(row)));
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
