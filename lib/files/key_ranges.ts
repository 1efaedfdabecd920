import type { Transaction } from "../db.ts";
import { type RecordOrder, type RecordQuery, selecting } from "./file_type.ts";

/** The records of a query that lie behind one place in its order, up to another. */
export interface KeyRange {
  /** Values of the order's columns, as text. */
  after: readonly string[];
  upTo: readonly string[];
}

/**
 * The query of one key range. Its text is the same for every key range, so that the server can keep its plan.
 */
export function rangeQuery(query: RecordQuery, order: RecordOrder, { after, upTo }: KeyRange): RecordQuery {
  const first = query.values.length + 1;
  const last = first + order.columns.length;
  // Where a column has bounds of its own, Postgres ends an index scan by these and not by a row of columns:
  // with the bounds of the whole query alone, every key range would pass over all the key ranges behind it.
  const condition = `AND ${order.columns[0]!.name} BETWEEN ${leading(order, first)} AND ${
    leading(order, last)
  }
    AND ${row(order)} > ${parameters(order, first)} AND ${row(order)} <= ${parameters(order, last)}`;
  return {
    text: query.text.replace("/*key range*/", () => condition),
    values: [...query.values, ...after, ...upTo],
  };
}

/**
 * Where a key range of so many records ends that begins behind a place in the query's order: the place of its
 * last record; undefined where there are fewer. Where Postgres can, it reads the index alone.
 */
export async function endOfRange(
  tx: Transaction,
  query: RecordQuery,
  order: RecordOrder,
  after: readonly string[],
  rows: number,
): Promise<readonly string[] | undefined> {
  const first = query.values.length + 1;
  const columns = order.columns.map(({ name }) => name);
  const condition = `AND ${columns[0]!} >= ${leading(order, first)} AND ${row(order)} > ${
    parameters(order, first)
  }`;
  const records = selecting(columns.join(", "), query).text.replace("/*key range*/", () => condition);
  const [end] = await tx.unsafe(
    `SELECT ${columns.map((name) => `${name}::text`).join(", ")}
     FROM (${records} OFFSET $${first + columns.length} LIMIT 1) AS last`,
    [...query.values, ...after, rows - 1],
    { prepare: true },
  ).values() as string[][];
  return end;
}

const row = ({ columns }: RecordOrder): string => `(${columns.map(({ name }) => name).join(", ")})`;

// By way of text: a day need not be one that a JavaScript date can be.
const parameter = (number: number, type: string): string => `$${number}::text::${type}`;

const parameters = ({ columns }: RecordOrder, first: number): string =>
  `(${columns.map(({ type }, i) => parameter(first + i, type)).join(", ")})`;

/** The first of an order's parameters. */
const leading = ({ columns }: RecordOrder, first: number): string => parameter(first, columns[0]!.type);
