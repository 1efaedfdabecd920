import { z } from "zod";
import { errorSchema } from "../error_response.ts";
import type { Operation, Responses } from "../operation.ts";
import { statusSchema } from "../status_response.ts";
import { requestBodies } from "../../lib/files/registry.ts";
import { EXAMPLES } from "./examples.ts";

type Json = Record<string, unknown>;

/** The JSON Schema of what is sent (`input`) or responded (`output`). */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: "draft-2020-12" });
  return rest;
}

const json = (schema: Json, more: Json = {}) => ({ "application/json": { schema, ...more } });
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function parametersOf({ path, query, headers }: Operation): Json[] {
  const asked = query
    ? schemaOf(query, "input") as { properties: Record<string, Json>; required?: string[] }
    : undefined;
  return [
    ...Object.entries(path).map(([name, { description, schema }]) => ({
      name,
      in: "path",
      required: true,
      description,
      schema: schema ? schemaOf(schema, "input") : { type: "string" },
    })),
    ...Object.entries(asked?.properties ?? {}).map(([name, schema]) => ({
      name,
      in: "query",
      required: asked!.required?.includes(name) ?? false,
      schema,
    })),
    ...Object.entries(headers).map(([name, description]) => ({
      name,
      in: "header",
      description,
      schema: { type: "string" },
    })),
  ];
}

function responseOf({ description = "Done", schema, mediaType, headers }: Responses): Json {
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map((
          [name, description],
        ) => [name, { description, schema: { type: "string" } }]),
      ),
    }),
    ...(schema &&
      { content: json(schema === statusSchema ? reference("Status") : schemaOf(schema, "output")) }),
    ...(mediaType && { content: { [mediaType]: { schema: { type: "string" } } } }),
  };
}

const responsesOf = ({ responses, errors }: Operation): Json => ({
  ...Object.fromEntries(responses.map((response) => [String(response.status ?? 200), responseOf(response)])),
  ...Object.fromEntries(
    [...errors, 405, 500].map((status) => [String(status), { $ref: `#/components/responses/${status}` }]),
  ),
});

function pathItem(operation: Operation): Json {
  const { id, summary, description, isSignedIn, body } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    ...(!isSignedIn && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: json({ oneOf: requestBodies.map((body) => schemaOf(body, "input")) }, {
          examples: Object.fromEntries(Object.entries(EXAMPLES).map(([name, value]) => [name, { value }])),
        }),
      },
    }),
    responses: responsesOf(operation),
  };
}

/** What each status of an error response means. */
const ERRORS: Record<string, string> = {
  "400": "Bad input: `errors` says what is wrong with each field",
  "401": "Not signed in",
  "403": "Another agency's file or job, or a link that does not hold",
  "404": "No such job or route",
  "405": "The route does not take this method; `Allow` names those it does",
  "408": "The body did not arrive in time",
  "409": "The job has ended",
  "410": "The file is no longer kept",
  "413": "The body is too large",
  "416": "The range lies outside the file",
  "422": "The Idempotency-Key was used for another request",
  "429": "Too many files waited for; `Retry-After` says when to come again",
  "500": "A fault of the service, with an ID that its log has too",
  "503": "Something it needs is away; `Retry-After` says when to come again",
};

/** The API as OpenAPI 3.1 describes it, made of what its routes say of themselves and the schemas that validate. */
export function openApi(operations: readonly Operation[]): Json {
  const paths = Map.groupBy(operations, ({ url }) => url);
  return {
    openapi: "3.1.0",
    info: {
      title: "Detached file generation",
      version: "1",
      summary: "Makes the DATA Act files D1, D2 and A from Treasury's own data",
      description:
        "Every route answers with and without its trailing slash. Every error is JSON with a message and a code.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }, { session: [] }],
    paths: Object.fromEntries(
      [...paths].map(([path, found]) => [
        path,
        Object.fromEntries(found.map((operation) => [operation.method, pathItem(operation)])),
      ]),
    ),
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "an API token, or a JWT of the OIDC issuer" },
        session: {
          type: "apiKey",
          in: "header",
          name: "X-Session-Id",
          description: "the same, as older clients send it",
        },
      },
      schemas: { Status: schemaOf(statusSchema, "output"), Error: schemaOf(errorSchema, "output") },
      responses: Object.fromEntries(
        Object.entries(ERRORS).map((
          [status, description],
        ) => [status, { description, content: json(reference("Error")) }]),
      ),
    },
  };
}
