import type { ClientBase, QueryArrayResult, QueryResult } from "pg";
import { statementName } from "./statement_name.ts";
import type { Query, Run } from "./tag.ts";

/** Runs statements on one connection of node-postgres. */
export const runOn = (client: ClientBase): Run => async ({ text, values, prepare, asArrays }: Query) => {
  const query = { text, ...values.length > 0 && { values }, ...prepare && { name: statementName(text) } };
  const results: Results = asArrays
    ? await client.query({ ...query, rowMode: "array" })
    : await client.query(query);
  // Several statements at once have several results.
  const last = Array.isArray(results) ? results.at(-1)! : results;
  return { rows: last.rows, count: last.rowCount ?? 0 };
};

type Results = QueryResult | QueryArrayResult | (QueryResult | QueryArrayResult)[];
