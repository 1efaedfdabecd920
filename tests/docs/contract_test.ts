/** README.md and docs/api.md have every route, key and error status that the service has, and no other. */
import assert from "node:assert/strict";
import { z } from "zod";
import { catalogue } from "../../lib/error_catalogue.ts";
import { requestBodies } from "../../lib/files/registry.ts";
import { operationsOf } from "../../routes/operation.ts";
import { statusSchema } from "../../routes/response/status_response.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { projectText } from "../helpers/project_files.ts";

const DOCUMENTS = ["README.md", "docs/api.md"];

/** What the documents tell of besides the routes for programs. */
const FOR_PEOPLE = ["GET /", "GET /dictionary", "GET /docs", "GET /openapi.json"];

/** The cells of the first column of a table, by how its head begins. */
function firstColumn(text: string, head: string): string[] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith(head));
  assert.notEqual(from, -1, `there is no table ${head}`);
  const rest = lines.slice(from + 2);
  return rest.slice(0, rest.findIndex((line) => !line.startsWith("|"))).map((line) =>
    line.split("|")[1]!.trim()
  );
}

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

/** Routes in a text as `GET /v1/generations`: one that stands behind another without a method has its. */
function routesIn(text: string): string[] {
  let method = "";
  return codeIn(text).flatMap((code) => {
    const [, given, path] = /^(?:(GET|POST|DELETE|PUT|HEAD) )?(\/[^\s?]*)/.exec(code) ?? [];
    if (given) method = given;
    return path && method ? [`${method} ${path.replace(/(?<=.)\/$/, "")}`] : [];
  });
}

const sorted = (items: Iterable<string>) => [...new Set(items)].sort();

for (const document of DOCUMENTS) {
  const text = await projectText(document);

  Deno.test(`${document} has every route, and no other`, async () => {
    await using db = await testDatabase();
    await using app = await testApp(db);
    const real = operationsOf(app.app).map(({ method, url }) => `${method.toUpperCase()} ${url}`);
    const told = [
      ...firstColumn(text, "| route |").flatMap(routesIn),
      // Those that have a section of their own.
      ...codeIn(text).filter((code) => /^(GET|POST|DELETE) \//.test(code)).flatMap((code) =>
        routesIn(`\`${code}\``)
      ),
    ];
    assert.deepEqual(sorted(told), sorted([...real, ...FOR_PEOPLE]));
  });

  Deno.test(`${document} has every key of a request, and no other`, () => {
    const real = [...requestBodies.values()].flatMap((body) => {
      const { properties } = z.toJSONSchema(body, { io: "input" });
      return Object.keys(properties ?? {});
    });
    assert.deepEqual(sorted(firstColumn(text, "| key | ").flatMap(codeIn)), sorted(real));
  });

  Deno.test(`${document} has every status of an error, and no other`, () => {
    // A client that has hung up is told nothing.
    const real = Object.values(catalogue).map(({ status }) => Number(status)).filter((status) =>
      status !== 0 && status !== 499
    );
    const told = firstColumn(text, "| status | when |").flatMap((cell) => cell.split(", ")).map(Number);
    assert.deepEqual(sorted(told.map(String)), sorted(real.map(String)));
  });
}

const keys = Object.keys(statusSchema.shape);

Deno.test("README.md names every key of the status object, and no other", async () => {
  const text = (await projectText("README.md")).replaceAll("\n", " ");
  const [, told] = /The status object has (.*?)\. /.exec(text) ?? [];
  // What a key may be stands in parentheses behind it.
  assert.deepEqual(sorted(codeIn(told!.replaceAll(/\([^)]*\)/g, ""))), sorted(keys));
});

Deno.test("docs/api.md tells what every key of the status object means", async () => {
  assert.deepEqual(
    sorted(firstColumn(await projectText("docs/api.md"), "| key | meaning |").flatMap(codeIn)),
    sorted(keys),
  );
});

Deno.test("docs/api.md has the states and the file types that there are", async () => {
  const text = await projectText("docs/api.md");
  const row = (key: string) => text.split("\n").find((line) => line.startsWith(`| \`${key}\` |`))!;
  const { status, state } = statusSchema.shape;
  for (const [key, values] of [["status", status.options], ["state", state.unwrap().options]] as const) {
    for (const value of values) assert.ok(codeIn(row(key)).includes(value), `${key}: ${value}`);
  }
});
