/**
 * What linters of OpenAPI documents (redocly and spectral, their recommended rules) and makers of clients ask
 * for.
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { requestBody } from "../../lib/files/registry.ts";
import { operationsOf } from "../../routes/operation.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";

// deno-lint-ignore no-explicit-any -- a document is looked at in many places
type Json = any;

await using db = await testDatabase();
await using app = await testApp(db);
const { json: document }: { json: Json } = await app.send("GET", "/openapi.json", { as: null });

const operations: [name: string, operation: Json][] = Object.entries(document.paths as Json).flatMap((
  [path, item],
) =>
  Object.entries(item as Json).map(([method, operation]) =>
    [`${method} ${path}`, operation] as [string, Json]
  )
);

/** Every object of the document, with where it is. */
function* objects(value: Json, at = "#"): Generator<[at: string, object: Json]> {
  if (typeof value !== "object" || value === null) return;
  yield [at, value];
  for (const [key, inner] of Object.entries(value)) {
    yield* objects(inner, `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}
const all = new Map(objects(document));
const references = [...all].flatMap(([at, { $ref, discriminator }]) => [
  ...(typeof $ref === "string" ? [[at, $ref]] : []),
  ...Object.values(discriminator?.mapping ?? {}).map((to) => [at, to]),
]) as [at: string, to: string][];

Deno.test("every reference leads somewhere, and everything that has a name is referred to", () => {
  for (const [at, to] of references) assert.ok(all.has(to), `${at} leads to ${to}, which is not there`);
  const used = new Set(references.map(([, to]) => to));
  for (const kind of ["schemas", "responses"]) {
    for (const name of Object.keys(document.components[kind])) {
      assert.ok(used.has(`#/components/${kind}/${name}`), `nobody refers to ${kind}/${name}`);
    }
  }
});

Deno.test("every route has an ID of its own, a summary, a description, a group that is described, and its errors", () => {
  const tags = new Set(document.tags.map(({ name, description }: Json) => description && name));
  assert.equal(new Set(operations.map(([, { operationId }]) => operationId)).size, operations.length);
  for (const [name, { summary, description, tags: [tag, ...more], responses }] of operations) {
    assert.ok(summary && description, name);
    assert.ok(tags.has(tag) && more.length === 0, `${name} is of ${tag}`);
    assert.ok(Object.keys(responses).some((status) => /^2/.test(status)), name);
    assert.ok(Object.keys(responses).some((status) => /^4/.test(status)), name);
    assert.doesNotMatch(name, /.\/$/, "no trailing slash");
  }
  assert.ok(document.info.contact && document.info.license && document.info.description);
});

Deno.test("a route is signed in to where its rule says so, and nowhere else", () => {
  const open = operationsOf(app.app).filter(({ isSignedIn }) => !isSignedIn).map(({ id }) => id);
  assert.deepEqual(
    operations.filter(([, { security }]) => security?.length === 0).map(([, { operationId }]) => operationId)
      .sort(),
    open.sort(),
  );
  for (const [name, { security, responses }] of operations) {
    if (!security) assert.ok(responses["401"] && responses["503"], name);
  }
});

Deno.test("a job's ID is an integer wherever it stands", () => {
  const ids = [...all].flatMap(([at, object]) => [
    ...(object.name === "job_id" && object.in ? [[at, object.schema]] : []),
    ...(object.properties?.job_id ? [[at, object.properties.job_id]] : []),
  ]);
  assert.ok(ids.length >= 5, `found at ${ids.map(([at]) => at)}`);
  for (const [at, { type, format }] of ids) assert.deepEqual([type, format], ["integer", "int64"], at);
});

Deno.test("what is sent and given has a name, and stands in the document once", () => {
  for (const [at, { content }] of all) {
    const schema = content?.["application/json"]?.schema;
    if (schema) assert.deepEqual(Object.keys(schema), ["$ref"], at);
  }
  const described = new Map<string, string>();
  for (const [at, object] of all) {
    if (object.type !== "object" || !object.properties) continue;
    const text = JSON.stringify(object);
    assert.equal(described.get(text), undefined, `${at} is there twice`);
    described.set(text, at);
  }
  const { oneOf, discriminator } = document.components.schemas.FileRequest;
  assert.equal(discriminator.propertyName, "file_type");
  assert.deepEqual(Object.values(discriminator.mapping), oneOf.map(({ $ref }: Json) => $ref));
  for (const [code, to] of Object.entries<string>(discriminator.mapping)) {
    assert.equal(all.get(to)!.properties.file_type.const, code);
  }
});

Deno.test("what is given is JSON where the route gives JSON", () => {
  const of = (path: string) => document.paths[path].get.responses["200"].content;
  assert.deepEqual(Object.keys(of("/healthz")), ["application/json"]);
  assert.equal(document.components.schemas.Health.type, "object");
  for (
    const [path, type] of [["/metrics", "text/plain"], [
      "/v1/generations/{job_id}/events",
      "text/event-stream",
    ]]
  ) {
    assert.deepEqual(Object.keys(of(path!)), [type]);
  }
});

Deno.test("every example is what its schema says", () => {
  for (const { id, responses } of operationsOf(app.app)) {
    for (const { schema } of responses) {
      if (!schema) continue;
      const { examples } = z.globalRegistry.get(schema) as { examples?: unknown[] };
      assert.ok(examples && examples.length > 0, `what ${id} gives has no example`);
      for (const example of examples) schema.parse(example);
    }
  }
  const examples = operations.flatMap(([, { requestBody: body }]) =>
    Object.values<Json>(body?.content["application/json"]?.examples ?? {})
  );
  assert.ok(examples.length >= 6);
  for (const { summary, value } of examples) assert.ok(requestBody.safeParse(value).success, summary);
});
