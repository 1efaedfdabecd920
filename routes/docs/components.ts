import { z } from "zod";
import { requestBodies, requestBody } from "../../lib/files/registry.ts";
import { errorSchema } from "../response/error_response.ts";
import type { Operation } from "../operation.ts";

/** A part of the document. */
export type Json = Record<string, unknown>;

const address = (name: string): string => `#/components/schemas/${name}`;

/** The JSON Schema of what is sent (`input`) or responded (`output`). */
export function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: "draft-2020-12" });
  return rest;
}

/** Where a schema of a response stands in the document, by the name that it has (`meta({ id })`). */
export function referenceTo(schema: z.ZodType): Json {
  const { id } = z.globalRegistry.get(schema) ?? {};
  if (id === undefined) throw new Error("a response's schema has no name");
  return { $ref: address(id) };
}

const BODY = "FileRequest";

/** Where the schema of a request for a file stands in the document. */
export const bodyReference: Json = { $ref: address(BODY) };

/** Every schema that has a name: those of responses, and one for each kind of request. */
export function namedSchemas(operations: readonly Operation[]): Json {
  const responses = z.registry<{ id: string }>();
  const add = (schema: z.ZodType) => void responses.add(schema, { id: z.globalRegistry.get(schema)!.id! });
  for (
    const schema of operations.flatMap(({ responses }) => responses.flatMap(({ schema }) => schema ?? []))
  ) {
    if (!responses.has(schema)) add(schema);
  }
  add(errorSchema);
  const requests = z.registry<{ id: string }>();
  for (const [code, body] of requestBodies) requests.add(body, { id: nameOfBody(code) });
  requests.add(requestBody, { id: BODY });
  for (const { form } of operations) if (form) requests.add(form, { id: z.globalRegistry.get(form)!.id! });
  return { ...schemasOf(responses, "output"), ...schemasOf(requests, "input") };
}

const nameOfBody = (fileType: string): string => `${fileType}Request`;

function schemasOf(registry: z.core.$ZodRegistry<{ id: string }>, io: "input" | "output"): Json {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: address,
    target: "draft-2020-12",
    override: ({ zodSchema, jsonSchema }) => {
      const { discriminator } = zodSchema._zod.def as { discriminator?: string };
      if (!discriminator) return;
      const mapping = Object.fromEntries(
        [...requestBodies.keys()].map((code) => [code, address(nameOfBody(code))]),
      );
      Object.assign(jsonSchema, { discriminator: { propertyName: discriminator, mapping } });
    },
  });
  // Zod puts apart what only other schemas name; here all of them stand side by side.
  const { __shared: shared, ...all } = schemas as Record<string, Json>;
  const named = { ...all, ...shared?.["$defs"] as Record<string, Json> | undefined };
  const text = JSON.stringify(named).replaceAll(`${address("__shared")}#/$defs/`, address(""));
  return Object.fromEntries(
    Object.entries(JSON.parse(text) as Record<string, Json>)
      .map(([name, { $schema: _, $id: __, id: ___, ...schema }]) => [name, schema]),
  );
}
