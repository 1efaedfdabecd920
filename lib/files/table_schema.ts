import type { Column, ColumnType } from "./columns.ts";

/** A field of a Table Schema. */
export interface SchemaField {
  name: string;
  type: ColumnType;
  format?: string;
  trueValues?: string[];
  falseValues?: string[];
  description: string;
}

/** A file's columns as Frictionless' Table Schema, with how its lines are written beside it. */
export interface TableSchema {
  $schema: string;
  fields: SchemaField[];
  missingValues: string[];
  /** Frictionless' Table Dialect: what a reader of CSV has to be told. */
  dialect: {
    $schema: string;
    header: boolean;
    delimiter: "," | "|";
    lineTerminator: string;
    quoteChar: string;
    doubleQuote: boolean;
  };
}

const HOW: Partial<Record<ColumnType, Pick<SchemaField, "format" | "trueValues" | "falseValues">>> = {
  date: { format: "%Y%m%d" },
  boolean: { trueValues: ["t"], falseValues: ["f"] },
};

/**
 * A file's columns as a Table Schema (Data Package standard 2.0).
 *
 * @param isNumbered whether the header has element numbers
 */
export const tableSchema = (
  columns: readonly Column[],
  { delimiter, isNumbered }: { delimiter: "," | "|"; isNumbered: boolean },
): TableSchema => ({
  $schema: "https://datapackage.org/profiles/2.0/tableschema.json",
  fields: columns.map(({ header, numberedHeader, type, source }) => ({
    name: isNumbered ? numberedHeader ?? header : header,
    type,
    ...HOW[type],
    description: source,
  })),
  missingValues: [""],
  dialect: {
    $schema: "https://datapackage.org/profiles/2.0/tabledialect.json",
    header: true,
    delimiter,
    lineTerminator: "\n",
    quoteChar: '"',
    doubleQuote: true,
  },
});
