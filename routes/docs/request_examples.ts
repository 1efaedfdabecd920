import type { z } from "zod";
import type { Operation } from "../operation.ts";
import { EXAMPLES, FORM_EXAMPLE } from "./examples.ts";
import { schemaOf } from "./components.ts";

/** How a route is called, in each of the languages. */
export interface RequestExamples {
  curl: string;
  Python: string;
}

type Values = readonly (readonly [name: string, value: string])[];

/** What is asked, where a route wants more than what it cannot do without. */
const QUERIES: Readonly<Record<string, Values>> = {
  coverage: [["file_type", "D1"], ["cgac_code", "020"], ["start", "01/01/2016"], ["end", "03/31/2016"]],
  listGenerations: [["limit", "20"]],
  columns: [["format", "table-schema"]],
};

/**
 * A request that an installation with the sample data responds to, as lines to be copied: URL is the
 * service's address, TOKEN an API token, LINK what a status gave as `url`.
 */
export function requestExamples(operation: Operation): RequestExamples {
  if (operation.url.endsWith("{key}")) return download;
  const values = QUERIES[operation.id] ?? required(operation.query);
  return { curl: curl(operation, values), Python: python(operation, values) };
}

const download: RequestExamples = {
  curl: 'curl -fOJ "$LINK"',
  Python: `import requests

with requests.get(LINK, stream=True) as response:
    response.raise_for_status()
    with open("file.csv", "wb") as file:
        for chunk in response.iter_content(1 << 20):
            file.write(chunk)`,
};

interface Shown {
  examples?: unknown[];
  enum?: unknown[];
}

const shown = ({ examples, enum: words }: Shown): string => String(examples?.[0] ?? words?.[0] ?? 1);

function required(query: z.ZodObject | undefined): Values {
  if (!query) return [];
  const { properties, required = [] } = schemaOf(query, "input") as {
    properties: Record<string, Shown>;
    required?: string[];
  };
  return required.map((name) => [name, shown(properties[name]!)]);
}

/** Its path, with an example in the place of each parameter. */
const pathOf = ({ url, path }: Operation): string =>
  Object.entries(path).reduce(
    (filled, [name, { schema }]) =>
      filled.replace(`{${name}}`, schema ? shown(schemaOf(schema, "input") as Shown) : "1"),
    url,
  );

function curl(operation: Operation, values: Values): string {
  const { method, isSignedIn, body, form } = operation;
  const query = values.map(([name, value]) => `${name}=${value}`).join("&");
  const flags = method === "delete" ? "-s -X DELETE" : operation.url.endsWith("/events") ? "-sN" : "-s";
  return [
    `curl ${flags} "$URL${pathOf(operation)}${query && `?${query}`}"`,
    ...(isSignedIn ? [`-H "Authorization: Bearer $TOKEN"`] : []),
    ...(body ? [`-H "Content-Type: application/json"`, `-d '${JSON.stringify(EXAMPLES.get("D1"))}'`] : []),
    ...(form ? FORM_EXAMPLE.map(([name, value]) => `-F ${name}=${value}`) : []),
  ].join(" \\\n  ");
}

function python(operation: Operation, values: Values): string {
  const { method, isSignedIn, body, form, responses } = operation;
  const isJson = responses.some(({ schema }) => schema !== undefined);
  const fields = FORM_EXAMPLE.filter(([, value]) => !value.startsWith("@"));
  const lines = [
    `f"{URL}${pathOf(operation)}",`,
    ...(isSignedIn ? [`headers={"Authorization": f"Bearer {TOKEN}"},`] : []),
    ...(values.length > 0 ? [`params=${dictionary(values)},`] : []),
    ...(body ? [`json=${dictionary(Object.entries(EXAMPLES.get("D1")!))},`] : []),
    ...(form ? [`data=${dictionary(fields)},`, `files={"file": open("my_c.csv", "rb")},`] : []),
  ];
  return `import requests

response = requests.${method}(
    ${lines.join("\n    ")}
)
print(response.status_code, response.${isJson ? "json()" : "text"})`;
}

/** Words and numbers alone are written the same in JSON and in Python. */
const dictionary = (values: readonly (readonly [string, unknown])[]): string =>
  `{${values.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(", ")}}`;
