/**
 * What the dictionary says of each column: nothing is missing, and it is what the tables and documents have.
 */
import assert from "node:assert/strict";
import type { ColumnType } from "../../lib/files/columns.ts";
import { fileTypeOf, fileTypes, requestBody } from "../../lib/files/registry.ts";
import { tableSchema } from "../../lib/files/table_schema.ts";
import { testDatabase } from "../helpers/database.ts";
import { projectText } from "../helpers/project_files.ts";

/** What a file of a type has in its header, and is written by. */
const contentsOf = (code: string, more: Record<string, unknown> = {}) => {
  const fileType = fileTypeOf(code);
  return fileType.contents(requestBody.parse({ ...fileType.example, ...more }));
};

for (const { code, columns = [] } of fileTypes) {
  Deno.test(`${code}: every element has its entry, in the file's order, and a type that it is written as`, () => {
    const { elements, header } = contentsOf(code);
    assert.deepEqual(columns.map(({ header }) => header), header);
    assert.deepEqual(columns.map(({ position }) => position), elements.map((_, i) => i + 1));
    assert.equal(new Set(header).size, header.length, "no name is there twice");
    const written = {
      string: "text",
      number: "number",
      integer: "number",
      boolean: "t/f",
      date: "YYYYMMDD",
    } as const;
    for (const [i, { type, source, isComputed }] of columns.entries()) {
      assert.equal(elements[i]!.writtenAs, written[type], header[i]);
      assert.ok(isComputed || source.endsWith(`.${elements[i]!.column}`), source);
    }
  });
}

Deno.test("the header with element numbers is that of the dictionary", () => {
  const { header } = contentsOf("D1", { element_numbers: true });
  const { columns = [] } = fileTypeOf("D1");
  assert.deepEqual(columns.map(({ numberedHeader }) => numberedHeader), header);
  assert.deepEqual(
    columns.map(({ header, elementNumber }) => `${header} (${elementNumber ?? ""})`),
    header,
  );
  const { fields, dialect } = tableSchema(columns, { delimiter: "|", isNumbered: true });
  assert.deepEqual(fields.map(({ name }) => name), header);
  assert.equal(dialect.delimiter, "|");
});

Deno.test("every column is in the table that it is said to come from, with values of its type", async () => {
  await using db = await testDatabase();
  const found = await db.sql`
    SELECT format('%s.%s', table_name, column_name) AS name, data_type FROM information_schema.columns`;
  const types = new Map(found.map(({ name, data_type }) => [name as string, data_type as string]));
  const held: Record<ColumnType, RegExp> = {
    string: /^(text|character varying|character|integer|ARRAY)$/,
    number: /^numeric$/,
    integer: /^(integer|smallint|bigint)$/,
    boolean: /^boolean$/,
    date: /^(date|timestamp without time zone)$/,
  };
  for (const { columns = [] } of fileTypes) {
    for (const { header, type, source, isComputed } of columns) {
      if (isComputed) {
        // A sentence may name several; each of them is there.
        for (const [name] of source.matchAll(/\b[a-z][a-z_0-9]+\.[a-z][a-z_0-9]+\b/g)) {
          assert.ok(types.has(name), `${header}: there is no ${name}`);
        }
      } else assert.match(types.get(source) ?? "not there", held[type], `${header}: ${source}`);
    }
  }
});

Deno.test("the lines that A's sums are said to be of are those of docs/files.md", async () => {
  const text = await projectText("docs/files.md");
  const told = [...text.matchAll(/^\| `\w+_(?:cpe|fyb)` \| (\w+) \| (.+) \|$/gm)].map((
    [, header, lines],
  ) => [header, lines]);
  const { columns = [] } = fileTypeOf("A");
  const sums = columns.filter(({ type }) => type === "number");
  assert.equal(told.length, 13);
  assert.deepEqual(
    sums.map(({ header, source }) => [header, source.replace(/^sum of sf_133.amount, lines? /, "")]),
    told,
  );
});
