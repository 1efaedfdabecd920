import { Hono } from "hono";
import { etag } from "hono/etag";
import { z } from "zod";
import { ServiceError } from "../lib/errors.ts";
import { shapeOf } from "../lib/files/body_shape.ts";
import { type Column, WRITTEN } from "../lib/files/columns.ts";
import { fileTypes } from "../lib/files/registry.ts";
import { choice, yesNo } from "../lib/files/request_fields.ts";
import { tableSchema } from "../lib/files/table_schema.ts";
import { forAnyone } from "./middleware/access.ts";
import { operation } from "./operation.ts";
import { query } from "./request/request_input.ts";

const columnType = z.enum(["string", "number", "integer", "boolean", "date"]);

const columnSchema = z.object({
  position: z.int(),
  header: z.string(),
  numbered_header: z.string().nullable().meta({
    description: "the header of a file with `element_numbers`; null where the file type has none",
  }),
  element_number: z.string().nullable().meta({
    description: "the element's number in FPDS; null where it has none",
  }),
  type: columnType,
  source: z.string().meta({ description: "the source table and column, or what it is computed from" }),
  is_computed: z.boolean(),
  written: z.string().meta({ description: "how a value is written; NULL is nothing at all" }),
}).meta({ id: "Column" });

const columnsSchema = z.object({
  file_type: z.string(),
  title: z.string(),
  columns: z.array(columnSchema),
}).meta({ id: "Columns", description: "Every column of a file, in order" });

const tableSchemaSchema = z.object({
  $schema: z.string(),
  fields: z.array(
    z.object({
      name: z.string(),
      type: columnType,
      format: z.string().optional(),
      trueValues: z.array(z.string()).optional(),
      falseValues: z.array(z.string()).optional(),
      description: z.string(),
    }).meta({ id: "SchemaField" }),
  ),
  missingValues: z.array(z.string()),
  dialect: z.object({
    $schema: z.string(),
    header: z.boolean(),
    delimiter: z.string(),
    lineTerminator: z.string(),
    quoteChar: z.string(),
    doubleQuote: z.boolean(),
  }).meta({ id: "TableDialect", description: "A Table Dialect: how the file's lines are written" }),
}).meta({ id: "TableSchema", description: "The same as a Frictionless Table Schema" });

const example: Column = {
  position: 3,
  header: "PIID",
  numberedHeader: "PIID (1A)",
  elementNumber: "1A",
  type: "string",
  source: "detached_award_procurement.piid",
  isComputed: false,
};

const bodySchema = z.union([columnsSchema, tableSchemaSchema]).meta({
  id: "ColumnsOrTableSchema",
  examples: [
    { file_type: "D1", title: "contracts", columns: [columnBody(example)] },
    tableSchema([example], { delimiter: ",", isNumbered: false }),
  ],
});

const columnsQuery = z.object({
  format: choice("format", ["columns", "table-schema"], "columns").meta({
    description: "`table-schema` for a Frictionless Table Schema, with a Table Dialect",
  }),
  file_format: choice("file_format", ["csv", "txt"], "csv").meta({
    description: "of a Table Schema: that of the request for the file (D1 and D2)",
  }),
  element_numbers: yesNo("element_numbers", false).meta({
    description: "of a Table Schema: that of the request for the file (D1)",
  }),
});

/** `GET /v1/columns/{file_type}`: every column of a file, for whoever is to read it. */
export const columns = () =>
  new Hono().get(
    "/v1/columns/:file_type",
    forAnyone,
    operation({
      id: "columns",
      summary: "Every column of a file: header, element number, type, source",
      description: "In the file's order. The same for every request, so that nobody has to sign in for it.",
      tag: "files",
      path: {
        file_type: {
          description: "the file type",
          schema: z.enum(fileTypes.map(({ code }) => code)),
        },
      },
      headers: { "If-None-Match": "the `ETag` of the columns that are there already" },
      responses: [
        { schema: bodySchema, headers: { ETag: "the state of the columns" } },
        { status: 304, description: "The client has them already" },
      ],
      errors: [404],
    }),
    query(columnsQuery),
    etag(),
    (c) => {
      const { format, file_format, element_numbers } = c.req.valid("query");
      const code = c.req.param("file_type");
      const fileType = fileTypes.find((fileType) => fileType.code === code);
      if (!fileType) {
        throw new ServiceError("file_type_unknown", {
          found: code,
          known: fileTypes.map(({ code }) => code),
        });
      }
      const { title, columns = [] } = fileType;
      c.header("Cache-Control", "no-cache");
      if (format === "columns") {
        return c.json({ file_type: code, title, columns: columns.map(columnBody) });
      }
      // Files A and BOC are always comma-separated.
      const isAward = "file_format" in shapeOf(fileType.body);
      return c.json(tableSchema(columns, {
        delimiter: isAward && file_format === "txt" ? "|" : ",",
        isNumbered: element_numbers,
      }));
    },
  );

function columnBody(column: Column): z.output<typeof columnSchema> {
  return {
    position: column.position,
    header: column.header,
    numbered_header: column.numberedHeader,
    element_number: column.elementNumber,
    type: column.type,
    source: column.source,
    is_computed: column.isComputed,
    written: WRITTEN[column.type],
  };
}
