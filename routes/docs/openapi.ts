import { version } from "../../lib/version.ts";
import { type Operation, type Responses, TAGS } from "../operation.ts";
import { bodyReference, type Json, namedSchemas, referenceTo, schemaOf } from "./components.ts";
import { ERRORS } from "./errors.ts";
import { EXAMPLES, FORM_EXAMPLE } from "./examples.ts";

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
    ...Object.entries(asked?.properties ?? {}).map(([name, { description, ...schema }]) => ({
      name,
      in: "query",
      required: asked!.required?.includes(name) ?? false,
      ...(description !== undefined && { description }),
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

const headersOf = (headers: Record<string, string>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );

function responseOf({ description = "Done", schema, mediaTypes = [], headers }: Responses): Json {
  const content = {
    ...(schema && { "application/json": { schema: referenceTo(schema) } }),
    ...Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: { type: "string" } }])),
  };
  return {
    description,
    ...(headers && { headers: headersOf(headers) }),
    ...(Object.keys(content).length > 0 && { content }),
  };
}

const responsesOf = ({ responses, errors }: Operation): Json => ({
  ...Object.fromEntries(responses.map((response) => [String(response.status ?? 200), responseOf(response)])),
  ...Object.fromEntries(
    [...errors, 405, 500].map((status) => [String(status), { $ref: `#/components/responses/${status}` }]),
  ),
});

function pathItem(operation: Operation): Json {
  const { id, summary, description, tag, isSignedIn, body, form } = operation;
  const parameters = parametersOf(operation);
  const examples = [...EXAMPLES].map((
    [name, value],
  ) => [name, { summary: `File ${name}`, value }]);
  const changes = {
    summary: "What has changed in a file since that of job 1",
    value: { ...EXAMPLES.get("D1"), since_job_id: 1 },
  };
  return {
    operationId: id,
    summary,
    description,
    tags: [tag],
    ...(!isSignedIn && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: bodyReference,
            examples: { ...Object.fromEntries(examples), changes },
          },
        },
      },
    }),
    ...(form && {
      requestBody: {
        required: true,
        content: {
          "multipart/form-data": {
            schema: referenceTo(form),
            encoding: { file: { contentType: "text/csv" } },
            example: Object.fromEntries(FORM_EXAMPLE),
          },
        },
      },
    }),
    responses: responsesOf(operation),
  };
}

const INFO = {
  title: "Detached file generation",
  version,
  summary: "Makes the DATA Act files D1, D2, A and BOC from Treasury's own data",
  description:
    "Every route answers with and without its trailing slash, and those below /v1 without that as well. Every error is JSON with " +
    "a message and a code. Every route that takes GET takes HEAD. Not of a route's own, and for any request: 400 where it is no " +
    "HTTP/1.1, 408 where it does not arrive in time, 431 where its head is larger than 16 KiB.",
  contact: { name: "Whoever runs this service" },
  license: { name: "MIT", identifier: "MIT" },
};

/**
 * The API as OpenAPI 3.1 describes it, made of what its routes say of themselves and the schemas that
 * validate.
 */
export function openApi(operations: readonly Operation[]): Json {
  const paths = Map.groupBy(operations, ({ url }) => url);
  const used = new Set(operations.flatMap((operation) => Object.keys(responsesOf(operation))));
  const error = { $ref: "#/components/schemas/Error" };
  return {
    openapi: "3.1.0",
    info: INFO,
    servers: [{ url: "/", description: "This service" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
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
      schemas: namedSchemas(operations),
      responses: Object.fromEntries(
        Object.entries(ERRORS).filter(([status]) => used.has(status)).map((
          [status, { description, headers }],
        ) => [status, {
          description,
          ...(headers && { headers: headersOf(headers) }),
          content: { "application/json": { schema: error } },
        }]),
      ),
    },
  };
}
