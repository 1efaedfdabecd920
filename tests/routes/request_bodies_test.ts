/** Bodies as clients and proxies really send them, to every route that takes one, over real sockets. */
import assert from "node:assert/strict";
import { isJsonType } from "../../routes/request/media_type.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, d1Body } from "../helpers/generations.ts";
import { converse, rawConnection } from "../helpers/raw_http.ts";
import { type Service, startService } from "../helpers/service.ts";

const JSON_BODY = JSON.stringify(d1Body());
const FORM = "application/x-www-form-urlencoded";
const multipart = (fields: Record<string, string>) =>
  Object.entries(fields).map(([name, value]) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  ).join("") + "--b--\r\n";
const A_FORM = { file_type: "A", agency: "020", year: "2016", period: "6" };

interface Route {
  type: string;
  /** A body that it takes, and what it responds with then. */
  body: (token: string) => string;
  status: number;
}

const json: Route = { type: "application/json", body: () => JSON_BODY, status: 200 };
const form = (fields: (token: string) => Record<string, string>): Route => ({
  type: FORM,
  body: (token) => new URLSearchParams(fields(token)).toString(),
  status: 303,
});

/** Every route that takes a body. */
const ROUTES: Record<string, Route> = {
  "/v1/generate_detached_file": json,
  "/v1/generations/estimate": json,
  "/v1/generations/preview": json,
  "/sign-in": form((token) => ({ token })),
  "/sign-out": form(() => ({ x: "" })),
  "/request": form(() => A_FORM),
  "/jobs/1/cancel": form(() => ({ x: "" })),
  "/jobs/1/again": form(() => ({ x: "" })),
};
/** Those whose bodies are neither small nor quick; `reconcile_test.ts` and `upload_test.ts` try them. */
const UPLOADS = ["/v1/reconciliations", "/reconcile"];
const FORMS = Object.keys(ROUTES).filter((path) => ROUTES[path]!.type === FORM);

interface Served {
  service: Service;
  port: number;
  /** A request's head, as a signed-in user's browser and program would both send it. */
  head(path: string, more: string): string;
}

async function start(): Promise<Served> {
  const service = await startService();
  await addAgencies(service.sql);
  await service.request(d1Body());
  const head = (path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${service.api.token}\r\nSec-Fetch-Site: same-origin\r\n` +
    `Cookie: session=${service.api.token}\r\nConnection: close\r\n${more}\r\n\r\n`;
  return { service, port: Number(new URL(service.api.url).port), head };
}

/** What is tried, all of it on one service. */
const cases: [name: string, fn: (served: Served, t: Deno.TestContext) => Promise<void>][] = [];
const test = (...of: typeof cases[number]) => void cases.push(of);

Deno.test("bodies over real sockets", async (t) => {
  const served = await start();
  await using _service = served.service;
  for (const [name, fn] of cases) await t.step(name, (t) => fn(served, t));
});

const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);
const chunk = (text: string) => `${new TextEncoder().encode(text).length.toString(16)}\r\n${text}\r\n`;

Deno.test("every route that takes a body is tried with all kinds of them", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const { routes } = app.app;
  const taking = routes.filter(({ method }) => ["POST", "PUT", "PATCH"].includes(method))
    .map(({ path }) => path.replace(/:job_id\{.*?\}(?=\/)/, "1"));
  assert.deepEqual([...new Set(taking)].sort(), [...Object.keys(ROUTES), ...UPLOADS].sort());
});

test("a body that is encoded is 415, as no route decodes one", async ({ service, port, head }) => {
  for (const [path, { type, body, status }] of Object.entries(ROUTES)) {
    const text = body(service.api.token);
    const send = (more: string, sent: string) =>
      converse(port, head(path, `Content-Type: ${type}\r\n${more}`) + sent);
    for (const coding of ["gzip", "Br", "identity, gzip", "x"]) {
      const response = await send(`Content-Encoding: ${coding}\r\nContent-Length: ${text.length}`, text);
      assert.equal(statusOf(response), 415, `${path} ${coding}: ${response}`);
    }
    const chunks = `${chunk(text)}0\r\n\r\n`;
    assert.equal(statusOf(await send("Transfer-Encoding: gzip, chunked", chunks)), 415, path);
    for (const coding of ["identity", "", "Identity, identity"]) {
      const response = await send(`Content-Encoding: ${coding}\r\nContent-Length: ${text.length}`, text);
      assert.equal(statusOf(response), status, `${path} ${coding}: ${response}`);
    }
  }
});

test("whoever looks for no response before all is sent sees why it is refused", async ({ port }) => {
  const megabyte = "x".repeat(1 << 20);
  for (const path of [...UPLOADS, "/v1/generate_detached_file", "/nowhere"]) {
    for (const [ends, version] of [["close", "1.1"], ["keep-alive", "1.1"], ["close", "1.0"]]) {
      using connection = await rawConnection(port);
      await connection.send(
        `POST ${path} HTTP/${version}\r\nHost: x\r\nConnection: ${ends}\r\nContent-Type: multipart/form-data; boundary=b\r\n` +
          `Content-Length: ${16 << 20}\r\n\r\n`,
      );
      for (let sent = 0; sent < 16; sent++) await connection.send(megabyte);
      assert.match(
        await connection.until("\r\n\r\n"),
        /^HTTP\/1\.1 40[134] /,
        `${path}, ${ends}, ${version}`,
      );
    }
  }
});

test(
  "a body without Content-Length, in chunks of any size, is taken like any other; too large or broken off it is refused",
  async ({ service, port, head }, t) => {
    for (const [path, { type, body, status }] of Object.entries(ROUTES)) {
      await t.step(path, async () => {
        const chunked = head(path, `Content-Type: ${type}\r\nTransfer-Encoding: chunked`);
        const text = body(service.api.token);
        for (const pieces of [[text], [...text], [text.slice(0, 7), text.slice(7)]]) {
          const response = await converse(
            port,
            `${chunked}${pieces.filter(Boolean).map(chunk).join("")}0\r\n\r\n`,
          );
          assert.equal(statusOf(response), status, response);
        }
        const large = `${text}${" ".repeat(65_537)}`;
        for (
          const sent of [
            `${chunked}${chunk(large)}0\r\n\r\n`,
            `${chunked}${chunk(text)}${chunk(" ".repeat(1000)).repeat(66)}0\r\n\r\n`,
            `${head(path, `Content-Type: ${type}\r\nContent-Length: ${large.length}`)}${large}`,
          ]
        ) {
          const response = await converse(port, sent);
          assert.equal(statusOf(response), 413, response);
          assert.match(response, /body_too_large/);
        }
      });
    }
    // Just as much as is taken.
    const full = JSON_BODY + " ".repeat(65_536 - JSON_BODY.length);
    const chunked = head(
      "/v1/generations/estimate",
      "Content-Type: application/json\r\nTransfer-Encoding: chunked",
    );
    assert.equal(statusOf(await converse(port, `${chunked}${chunk(full)}0\r\n\r\n`)), 200);
    assert.doesNotMatch(service.api.log(), /"level":"(WARNING|ERROR)"/);
  },
);

test("a body that does not arrive in time is 408 on every route, with and without Content-Length", async ({ port, head }) => {
  const kinds = ["Content-Length: 1000", "Transfer-Encoding: chunked"];
  const tried = Object.entries(ROUTES).flatMap(([path, { type }]) =>
    kinds.map((kind) => ({ path, type, kind }))
  );
  await Promise.all(tried.map(async ({ path, type, kind }) => {
    using connection = await rawConnection(port);
    await connection.send(head(path, `Content-Type: ${type}\r\n${kind}`));
    assert.equal(statusOf(await connection.until("\r\n\r\n")), 408, `${path} with ${kind}`);
  }));
});

test("a client that hangs up in the middle of its body is not taken for a fault of the service", async ({ service, port, head }) => {
  const before = service.api.log().length;
  for (const [path, { type }] of Object.entries(ROUTES)) {
    for (const kind of ["Content-Length: 1000", "Transfer-Encoding: chunked"]) {
      using connection = await rawConnection(port);
      await connection.send(`${head(path, `Content-Type: ${type}\r\n${kind}`)}${chunk("{")}`);
    }
  }
  assert.equal((await service.api.send("GET", "/readyz")).status, 200);
  assert.doesNotMatch(service.api.log().slice(before), /"level":"(WARNING|ERROR)"|"status":5/);
});

test("a form that cannot be read is 400, on every route that takes one", async ({ port, head }) => {
  const send = (path: string, type: string, body: string) =>
    converse(port, `${head(path, `Content-Type: ${type}\r\nContent-Length: ${body.length}`)}${body}`);
  for (const path of FORMS) {
    for (
      const type of ["multipart/form-data", "multipart/form-data; boundary=other", "Multipart/Form-Data;"]
    ) {
      const response = await send(path, type, multipart({ token: "x" }));
      assert.equal(statusOf(response), 400, `${path} as ${type}: ${response}`);
      assert.match(response, /malformed_form/);
    }
    for (const type of ["application/json", "text/html", "application/x-www-form-urlencodedx"]) {
      const response = await send(path, type, "token=x");
      assert.match(response, /malformed_form/, `${path} as ${type}`);
    }
  }
  assert.equal(
    statusOf(await send("/request", 'MULTIPART/form-data ; boundary="b"', multipart(A_FORM))),
    303,
  );
  assert.equal(
    statusOf(
      await send("/request", "Application/X-WWW-Form-Urlencoded ;", String(new URLSearchParams(A_FORM))),
    ),
    303,
  );
});

const spellings: [type: string, isJson: boolean][] = [
  ["application/json", true],
  ["Application/Json", true],
  ["APPLICATION/JSON;CHARSET=UTF-8", true],
  ["application/json ; charset=utf-8", true],
  ["application/json\t;\tcharset=utf-8\t", true],
  ["application/json;", true],
  ["application/json; ", true],
  ["application/json;;", true],
  ['application/json; charset="utf-8"', true],
  ['application/json; x="a;b\\"c"; charset=utf-8', true],
  ["application/problem+json", true],
  ["application/vnd.api+json; version=1", true],
  ["application/jsonx", false],
  ["application/json, application/json", false],
  ["application/json charset=utf-8", false],
  ["application/json; charset", false],
  ["application/json; charset =utf-8", false],
  ["text/json", false],
  ["text/plain; application/json", false],
  ["application/", false],
];
for (const [type, isJson] of spellings) {
  Deno.test(`the content type ${JSON.stringify(type)} is ${isJson ? "" : "not "}taken for JSON`, () => {
    assert.equal(isJsonType(type), isJson);
  });
}

Deno.test("a content type made to be hard to read is read at once", () => {
  assert.equal(isJsonType(`application/json${";          ".repeat(1400)}x`), false);
  assert.equal(isJsonType(`application/json${"; a=b   ".repeat(2000)}\\`), false);
});

test("JSON is taken under every spelling of its name, by every route that takes JSON", async ({ port, head }) => {
  for (const path of ["/v1/generate_detached_file/", "/v1/generations/estimate"]) {
    for (const [type, isJson] of spellings) {
      const response = await converse(
        port,
        `${head(path, `Content-Type: ${type}\r\nContent-Length: ${JSON_BODY.length}`)}${JSON_BODY}`,
      );
      assert.equal(statusOf(response), isJson ? 200 : 400, `${type}: ${response}`);
      if (!isJson) assert.match(response, /wrong_content_type/);
    }
  }
});
