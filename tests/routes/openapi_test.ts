import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { parse } from "csv-parse/sync";
import type { z } from "zod";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { EXAMPLES } from "../../routes/docs/examples.ts";
import { errorSchema } from "../../routes/response/error_response.ts";
import { operationsOf } from "../../routes/operation.ts";
import { testApp } from "../helpers/app.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";

/** No key may be in a response that the document does not have. */
const check = (schema: z.ZodType | undefined, json: unknown) => (schema as z.ZodObject).strict().parse(json);

/** The schemas of what each route responds with, by the route's ID. */
async function responseSchemas(db: TestDatabase): Promise<Record<string, z.ZodType | undefined>> {
  await using app = await testApp(db);
  const operations = operationsOf(app.app);
  return Object.fromEntries(operations.map(({ id, responses }) => [id, responses[0]?.schema]));
}

Deno.test("the document is OpenAPI 3.1, and has every route and no other", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const { json, headers } = await app.send("GET", "/openapi.json", { as: null });
  assert.match(headers.get("Content-Type")!, /^application\/json/);
  const { valid, errors } = await new Validator().validate(json);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(json.openapi, "3.1.0");

  const { routes } = app.app;
  const registered = new Set(
    routes.filter(({ method }) => method !== "ALL").map(({ method, path }) =>
      `${method} ${
        path.replace(/:(\w+)(\{.*?\}\}?)?/, "{$1}").replace(/\*$/, "{key}").replace(/(?<=.)\/$/, "")
      }`
    ),
  );
  // What people see is no part of the API.
  for (const name of registered) {
    if (!/ \/(v1\/|healthz$|readyz$|metrics$)/.test(name)) {
      registered.delete(name);
    }
  }
  const described = Object.entries(json.paths as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/(?<=.)\/$/, "")}`)
  );
  assert.deepEqual(described.sort(), [...registered].sort());
});

Deno.test("the examples of the document work, and every answer is what it says", async () => {
  await using service = await startService();
  await loadSample(service.sql);
  await service.worker();
  const schemas = await responseSchemas(service.db);
  const { generateDetachedFile: statusSchema, listGenerations: listSchema } = schemas;
  for (const [name, body] of EXAMPLES) {
    const response = await service.api.send("POST", "/v1/generate_detached_file/", body);
    assert.equal(response.status, 200, `${name}: ${JSON.stringify(response.json)}`);
    check(statusSchema, response.json);
    const ended = await service.ended(response.json.job_id);
    assert.equal(check(statusSchema, ended)["status"], "finished");
    const estimate = await service.api.send("POST", "/v1/generations/estimate", body);
    check(schemas["estimateGeneration"], estimate.json);
    const { json: preview } = await service.api.send("POST", "/v1/generations/preview", body);
    check(schemas["previewGeneration"], preview);
    const [header, ...records] = await linesOf(ended, name === "D2" ? "|" : ",");
    assert.ok(records.length > 0, name);
    assert.deepEqual(preview.header, header, name);
    const shown = preview.records.map((record: (string | null)[]) => record.map((cell) => cell ?? ""));
    assert.deepEqual(shown, records.slice(0, 20), name);
  }
  for (
    const query of ["file_type=D1&cgac_code=020", "file_type=A&cgac_code=020", "file_type=BOC&cgac_code=020"]
  ) {
    const { status, json } = await service.api.send("GET", `/v1/coverage/?${query}`);
    assert.equal(status, 200);
    check(schemas["coverage"], json);
  }
  const get = async (path: string) => (await service.api.send("GET", path)).json;
  check(statusSchema, await get("/v1/check_detached_generation_status/?job_id=4711"));
  check(schemas["listAgencies"], await get("/v1/list_agencies/"));
  check(schemas["listAllAgencies"], await get("/v1/list_all_agencies/"));
  check(schemas["latestPublicationPeriod"], await get("/v1/latest_publication_period/"));
  check(schemas["getDetachedFileUrl"], await get("/v1/get_detached_file_url/?job_id=1"));
  assert.match((await get("/v1/list_data_sources/")).fpds, /^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/);
  const list = check(listSchema, await get("/v1/generations/?limit=2"));
  for (const job of list["generations"] as unknown[]) check(statusSchema, job);
  for (const path of ["/v1/nowhere", "/v1/generations/?limit=0", "/v1/check_detached_generation_status/"]) {
    check(errorSchema, await get(path));
  }
});

Deno.test("the page about the API names every route and needs nothing from elsewhere", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { status, headers, text } = await app.send("GET", "/docs", { as: null });
  assert.equal(status, 200);
  assert.match(headers.get("Content-Type")!, /^text\/html/);
  assert.match(headers.get("Content-Security-Policy")!, /^default-src 'none'; style-src 'self';/);
  for (const { url, summary } of operationsOf(app.app)) {
    assert.ok(text.includes(url), url);
    assert.ok(text.includes(summary.replaceAll("'", "&#39;")), summary);
  }
  assert.doesNotMatch(text, /(src|href)="(https?:)?\/\//);
});

/** A finished file's cells, line by line. */
async function linesOf({ url }: { url: string }, delimiter: string): Promise<string[][]> {
  const { body } = await fetch(url);
  const bytes = new URL(url).pathname.endsWith(".gz")
    ? body!.pipeThrough(new DecompressionStream("gzip"))
    : body!;
  return parse(await new Response(bytes).text(), { delimiter });
}
