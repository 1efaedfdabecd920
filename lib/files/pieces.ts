import type { Transaction } from "../db.ts";
import type { RecordOrder, RecordQuery } from "./file_type.ts";

/** The records of a query that lie behind one place in its order, up to another. */
export interface Piece {
  /** Values of the order's columns, as text. */
  after: readonly string[];
  upTo: readonly string[];
}

/** Cuts the records of a query into pieces of so many rows, in its order. Where Postgres can, it reads the index alone. */
export async function cutIntoPieces(
  tx: Transaction,
  query: RecordQuery,
  order: RecordOrder,
  rows: number,
): Promise<Piece[]> {
  const columns = order.columns.map(({ name }) => name).join(", ");
  const numbered = query.text.replace(
    "/*columns*/",
    () => `${columns}, row_number() OVER (ORDER BY ${columns}) AS number`,
  );
  const cuts = await tx.unsafe(
    `SELECT ${order.columns.map(({ name }) => `${name}::text`).join(", ")}
     FROM (${numbered}) AS numbered WHERE number % $${query.values.length + 1} = 0 ORDER BY number`,
    [...query.values, rows],
  ).values() as string[][];
  const ends = [order.before, ...cuts, order.behind];
  return ends.slice(1).map((upTo, i) => ({ after: ends[i]!, upTo }));
}

/** The query of one piece. Its text is the same for every piece, so that the server can keep its plan. */
export function pieceQuery(
  query: RecordQuery,
  { columns }: RecordOrder,
  { after, upTo }: Piece,
): RecordQuery {
  const row = `(${columns.map(({ name }) => name).join(", ")})`;
  // By way of text: a day need not be one that a JavaScript date can be.
  const parameters = (from: number) =>
    `(${columns.map(({ type }, i) => `$${from + i}::text::${type}`).join(", ")})`;
  const first = query.values.length + 1;
  const last = first + columns.length;
  const leading = columns[0]!;
  const value = (at: number) => `$${at}::text::${leading.type}`;
  // Where a column has bounds of its own, Postgres ends an index scan by these and not by a row of columns: with the bounds
  // of the whole query alone, every piece would pass over all the pieces behind it.
  const condition = `AND ${leading.name} BETWEEN ${value(first)} AND ${value(last)}
    AND ${row} > ${parameters(first)} AND ${row} <= ${parameters(last)}`;
  return {
    text: query.text.replace("/*piece*/", () => condition),
    values: [...query.values, ...after, ...upTo],
  };
}
