import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { z } from "zod";
import { requestBodies } from "../../lib/files/registry.ts";
import type { Operation, Responses } from "../operation.ts";
import { EXAMPLES, FORM_EXAMPLE } from "./examples.ts";

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The page's own style; the response's Content-Security-Policy names its hash and allows nothing else. */
export const STYLE =
  `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;
padding:1rem}h2{margin-top:3rem;border-top:1px solid;padding-top:1rem}h2 code{font-size:1rem;overflow-wrap:anywhere}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;
border-bottom:1px solid #8888}pre{overflow-x:auto;padding:.75rem;border:1px solid #8888}a:focus-visible{outline:3px solid}
nav li{margin:.25rem 0}`;

interface Described {
  type?: string | string[];
  enum?: string[];
  const?: string;
  default?: unknown;
  description?: string;
  pattern?: string;
  format?: string;
  anyOf?: Described[];
}

const typeOf = (schema: Described): string =>
  schema.const !== undefined
    ? JSON.stringify(schema.const)
    : schema.enum
    ? schema.enum.map((word) => JSON.stringify(word)).join(", ")
    : schema.anyOf
    ? schema.anyOf.map(typeOf).join(" or ")
    : [schema.type ?? "anything"].flat().join(" or ");

function keysTable(caption: string, schema: z.ZodType, io: "input" | "output"): Html {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io }) as unknown as {
    properties?: Record<string, Described>;
    required?: string[];
  };
  return html`
    <table>
      <caption>${caption}</caption>
      <thead>
        <tr>
          <th scope="col">key</th>
          <th scope="col">type</th>
          <th scope="col">what it is</th>
        </tr>
      </thead>
      <tbody>${Object.entries(properties).map(([name, property]) =>
        html`
          <tr>
            <th scope="row"><code>${name}</code></th>
            <td>${typeOf(property)}</td>
            <td>${[
              io === "input" && required.includes(name) ? "required" : "",
              property.default === undefined ? "" : `default ${JSON.stringify(property.default)}`,
              property.description ?? "",
            ].filter(Boolean).join("; ")}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}

function section(
  { method, url, id, summary, description, query, headers, body, form, responses }: Operation,
): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${summary}<br><code>${method.toUpperCase()} ${url}</code></h2>
${description ? html`<p>${description}</p>` : ""}
${query ? keysTable("Query", query, "input") : ""}
${Object.entries(headers).map(([name, what]) => html`<p>Header <code>${name}</code>: ${what}</p>`)}
${body ? bodies(url) : ""}
${form ? formTable(url, form) : ""}
${responses.filter(({ status = 200 }) => status === 200).map(responded)}
</section>`;
}

const bodies = (url: string): Html =>
  html`${
    [...requestBodies].map(([fileType, body]) => keysTable(`Body for file ${fileType}`, body, "input"))
  }<pre><code>curl -s "$URL${url}" -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '${JSON.stringify(EXAMPLES.get("D1"))}'</code></pre>`;

const formTable = (url: string, form: z.ZodType): Html =>
  html`${keysTable("Form", form, "input")}<pre><code>curl -s "$URL${url}" -H "Authorization: Bearer $TOKEN" \\
  ${FORM_EXAMPLE.map(([name, value]) => `-F ${name}=${value}`).join(" ")}</code></pre>`;

const responded = ({ schema, mediaTypes = [] }: Responses): Html =>
  schema
    ? keysTable("Response", schema, "output")
    : html`<p>Responds with ${
      mediaTypes.map((mediaType) =>
        html`
          <code>${mediaType}</code>
        `
      )
    }</p>`;

/** The page about the API, made from what the OpenAPI document is made from. */
export const docsPage = (operations: readonly Operation[]): Html =>
  html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Detached file generation: the API</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <main>
    <h1>Detached file generation: the API</h1>
    <p>Makes the DATA Act files D1, D2, A and BOC from Treasury's own data. Send an API token as <code>Authorization: Bearer …</code>;
    every error is JSON with a <code>message</code> and a <code>code</code>. For programs: <a href="/openapi.json">openapi.json</a>
    (OpenAPI 3.1).</p>
    <nav aria-label="Routes"><ul>${operations.map(({ id, summary, method, url }) =>
      html`
        <li><a href="#${id}">${summary}</a> <code>${method.toUpperCase()} ${url}</code></li>
      `
    )}</ul></nav>
    ${operations.map(section)}
        </main>
      </body>
    </html>
  `;
