import { Hono } from "hono";
import { z } from "zod";
import { type Column, type ColumnType, WRITTEN } from "../../lib/files/columns.ts";
import { fileTypes } from "../../lib/files/registry.ts";
import type { Dependencies } from "../dependencies.ts";
import { query } from "../request/request_input.ts";
import { Breakable } from "./breakable.tsx";
import { Layout } from "./layout.tsx";
import { Reading } from "./reading.tsx";
import { forVisitors } from "./visitor.ts";

const dictionaryQuery = z.object({
  // A file type that there isn't is as none, and so is what is there twice.
  file_type: z.string().optional().catch(undefined),
  q: z.string().optional().catch(undefined),
});

/** The types in words. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  string: "text",
  number: "decimal number",
  integer: "whole number",
  boolean: "yes or no",
  date: "date",
};

interface Row {
  fileType: string;
  column: Column;
  /** What is searched, in small letters. */
  text: string;
}

const rows: readonly Row[] = fileTypes.flatMap(({ code, columns = [] }) =>
  columns.map((column) => ({
    fileType: code,
    column,
    text: [column.header, column.elementNumber, TYPES[column.type], column.source].join(" ").toLowerCase(),
  }))
);

/** `GET /dictionary`: every column of every file, searched by a form, or as one types. */
export const dictionary = (dependencies: Dependencies) =>
  new Hono().get("/dictionary", forVisitors(dependencies), query(dictionaryQuery), (c) => {
    const { file_type = "", q = "" } = c.req.valid("query");
    const fileType = fileTypes.some(({ code }) => code === file_type) ? file_type : "";
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const isShown = (row: Row) =>
      (fileType === "" || row.fileType === fileType) && words.every((word) => row.text.includes(word));
    const shown = rows.filter(isShown).length;
    return c.html(
      <Layout
        title="Dictionary – DATA Act files"
        visitor={c.var.user}
        place="/dictionary"
        scripts={["dictionary.js"]}
      >
        <h1>Dictionary</h1>
        <p class="lead">
          Every column of the files{" "}
          D1, D2, A and BOC: what it is called, what its values are, and where they come from.
        </p>
        <Search fileType={fileType} q={q} />
        <p id="found" role="status">{foundSentence(shown)}</p>
        <div class="scroll" tabindex={0} role="region" aria-label="Columns">
          <table id="columns" class="columns">
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">File</th>
                <th scope="col" class="number">Place</th>
                <th scope="col">FPDS element</th>
                <th scope="col">Type</th>
                <th scope="col">Comes from</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => <ColumnRow row={row} isShown={isShown(row)} />)}
            </tbody>
          </table>
        </div>
        <Written />
        <Reading />
        <ForPrograms />
      </Layout>,
    );
  });

const foundSentence = (count: number): string =>
  count === 0 ? "No column has all of these words." : count === 1 ? "1 column." : `${count} columns.`;

function Search({ fileType, q }: { fileType: string; q: string }) {
  return (
    <form method="get" action="/dictionary" class="filters" role="search">
      <div class="field">
        <label for="file_type">File</label>
        <select id="file_type" name="file_type">
          <option value="">All files</option>
          {fileTypes.map(({ code, title }) => (
            <option value={code} selected={code === fileType}>{code}: {title}</option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="q">Words</label>
        <p id="q-hint" class="hint">
          Parts of a name, an element number or a source, such as “obligat”, “3C” or “sf_133”
        </p>
        <input id="q" name="q" type="search" value={q} aria-describedby="q-hint" autocomplete="off" />
      </div>
      <button type="submit">Search</button>
    </form>
  );
}

function ColumnRow({ row: { fileType, column, text }, isShown }: { row: Row; isShown: boolean }) {
  return (
    <tr data-file={fileType} data-text={text} hidden={!isShown}>
      <th scope="row">
        <Breakable name={column.header} />
      </th>
      <td>{fileType}</td>
      <td class="number">{column.position}</td>
      <td>{column.elementNumber}</td>
      <td class="type">{TYPES[column.type]}</td>
      <td class="from">
        {column.isComputed ? column.source : (
          <code>
            <Breakable name={column.source} />
          </code>
        )}
      </td>
    </tr>
  );
}

function Written() {
  return (
    <>
      <h2>How values are written</h2>
      <p>
        UTF-8, a header and then a line a record, each ending in LF. Fields are separated by commas (by{" "}
        <code>|</code>{" "}
        in a file asked for as txt) and stand in double quotes where they hold the separator, a double quote
        or a line's end. A value that is not there (NULL) is nothing at all.
      </p>
      <dl class="facts">
        {Object.entries(WRITTEN).map(([type, how]) => (
          <>
            <dt>{TYPES[type as ColumnType]}</dt>
            <dd>{how}</dd>
          </>
        ))}
      </dl>
    </>
  );
}

function ForPrograms() {
  return (
    <>
      <h2>For programs</h2>
      <p>
        The same as JSON, and as a Frictionless{" "}
        <a href="https://datapackage.org/standard/table-schema/" rel="noreferrer">Table Schema</a>:
      </p>
      <ul>
        {fileTypes.map(({ code }) => (
          <li>
            {code}: <a href={`/v1/columns/${code}`}>columns of {code}</a>,{" "}
            <a href={`/v1/columns/${code}?format=table-schema`}>Table Schema of {code}</a>
          </li>
        ))}
      </ul>
    </>
  );
}
