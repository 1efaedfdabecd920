import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Deadlines, type Listening, serveHttp } from "../../lib/http/serve.ts";
import { converse, rawConnection } from "../helpers/raw_http.ts";
import { until } from "../helpers/until.ts";

interface Served extends AsyncDisposable, Listening {
  /** Streams that nobody has ended yet. */
  streaming: number;
}

/** A server of a few routes, as slow and as endless as a client may find them. */
async function served(deadlines: Partial<Deadlines> = {}, maxConnections = 100): Promise<Served> {
  const chunk = new Uint8Array(256 << 10);
  const state = { streaming: 0 };
  const endless = () => {
    state.streaming++;
    return new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(chunk),
      cancel: () => void state.streaming--,
    }, { highWaterMark: 0 });
  };
  const server = await serveHttp({
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/endless") return new Response(endless());
      if (pathname === "/length") return new Response(String((await request.text()).length));
      if (pathname === "/late") await sleep(50);
      if (pathname === "/fault") throw new Error("a fault of the app");
      return Response.json({ pathname });
    },
  }, { hostname: "127.0.0.1", port: 0, maxConnections, deadlines });
  return Object.assign(state, server, {
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}

const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, "Host: here", ...headers, "", ""].join("\r\n");

const unreadable: [what: string, bytes: string, status: number, code: string][] = [
  ["bytes that are not HTTP", "\x16\x03\x01\x02\x00\r\n\r\n", 400, "request_malformed"],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "request_malformed"],
  ["a head that is too large", get("/", `X-A: ${"a".repeat(100_000)}`), 431, "headers_too_large"],
  ["very many headers", get("/", ...Array(20_000).fill("X-A: a")), 431, "headers_too_large"],
  ["a target that is too long", get(`/${"a".repeat(100_000)}`), 431, "headers_too_large"],
  ["no Host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "request_malformed"],
  ["two Hosts", get("/", "Host: there", "Connection: close"), 400, "request_malformed"],
  [
    "a Host that is none",
    "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
    400,
    "request_malformed",
  ],
  [
    "two lengths of a body",
    get("/length", "Content-Length: 3", "Transfer-Encoding: chunked"),
    400,
    "request_malformed",
  ],
  [
    "a chunk without a size",
    `${get("/length", "Transfer-Encoding: chunked")}zz\r\n`,
    400,
    "request_malformed",
  ],
  ["a tunnel", get("here:443").replace("GET", "CONNECT"), 405, "method_not_allowed"],
  ["a fault of the app", get("/fault", "Connection: close"), 500, "internal_error"],
];
for (const [what, sent, status, code] of unreadable) {
  Deno.test(`${what}: ${status}, as JSON, and the connection ends`, async () => {
    await using server = await served();
    const response = await converse(server.port, sent);
    assert.match(response, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(response, /\r\nContent-Type: application\/json/i);
    assert.match(response, /\r\nCache-Control: no-store\r\n/i);
    for (
      const name of ["strict-transport-security", "x-frame-options", "referrer-policy", "x-request-id"]
    ) {
      assert.equal(response.match(new RegExp(`\\r\\n${name}: `, "gi"))?.length, 1, name);
    }
    assert.equal(JSON.parse(response.split("\r\n\r\n")[1]!).code, code);
    assert.match(await converse(server.port, get("/after", "Connection: close")), /"\/after"/);
  });
}

const taken: [what: string, bytes: string, responses: RegExp][] = [
  [
    "pipelined requests",
    ["/1", "/2", "/3"].map((path) => get(path, ...path === "/3" ? ["Connection: close"] : [])).join(""),
    /"\/1"[^]*"\/2"[^]*"\/3"/,
  ],
  [
    "a request with more behind it that is none",
    `${get("/late")}x\r\n\r\n`,
    /^HTTP\/1\.1 200 [^]*"\/late"/,
  ],
  [
    "a request to go on with WebSocket, which there is none of",
    get("/up", "Connection: upgrade, close", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    /^HTTP\/1\.1 200 [^]*"\/up"/,
  ],
  [
    "a body that waits to be asked for",
    `${
      get("/length", "Content-Length: 3", "Expect: 100-continue", "Connection: close").replace("GET", "POST")
    }abc`,
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [^]*\r\n\r\n3$/,
  ],
  [
    "another expectation",
    `${get("/length", "Content-Length: 3", "Expect: more", "Connection: close").replace("GET", "POST")}abc`,
    /^HTTP\/1\.1 200 [^]*\r\n\r\n3$/,
  ],
  ["HTTP/1.0 without a Host", "GET /old HTTP/1.0\r\n\r\n", /^HTTP\/1\.1 200 [^]*"\/old"/],
];
for (const [what, sent, expected] of taken) {
  Deno.test(`${what}: answered`, async () => {
    await using server = await served();
    assert.match(await converse(server.port, sent), expected);
  });
}

for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "NONSENSE"]) {
  Deno.test(`${method}: a body that nobody reads does not keep the connection open after the response`, async () => {
    await using server = await served();
    using connection = await rawConnection(server.port);
    await connection.send(`${get("/", "Content-Length: 50000").replace("GET", method)}a`);
    const dripping = setInterval(() => void connection.send("a").catch(() => {}), 100);
    const response = await connection.rest();
    clearInterval(dripping);
    assert.match(response, method === "NONSENSE" ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 200 /);
  });
}

Deno.test("a body that comes too late is 408, and then the connection ends", async () => {
  await using server = await served({ request: 1000, head: 1000 });
  for (const encoding of ["Content-Length: 50000", "Transfer-Encoding: chunked"]) {
    using connection = await rawConnection(server.port);
    await connection.send(get("/length", encoding).replace("GET", "POST"));
    assert.match(await connection.rest(), /^HTTP\/1\.1 408 [^]*"request_too_slow"/);
  }
});

Deno.test("a client that does not read is cut off, and what it held is freed", async () => {
  await using server = await served({ stalled: 500 });
  using connection = await rawConnection(server.port);
  await connection.send(get("/endless"));
  await until("the response is under way", () => server.streaming === 1);
  await until("the stream is ended", () => server.streaming === 0);
});

Deno.test("a stream that a client reads goes on for longer than a stalled one may", async () => {
  await using server = await served({ stalled: 1000 });
  using connection = await rawConnection(server.port);
  await connection.send(get("/endless"));
  const began = performance.now();
  while (performance.now() - began < 2500) {
    assert.notEqual(await connection.until("\0"), "");
    await sleep(5);
  }
  assert.equal(server.streaming, 1);
});

Deno.test("further connections than are taken are closed at once, and taken again when others have ended", async () => {
  await using server = await served({}, 10);
  const silent = await Promise.all(Array.from({ length: 10 }, () => rawConnection(server.port)));
  await until("further ones are refused", async () => await converse(server.port, get("/")) === "");
  silent.forEach((connection) => connection[Symbol.dispose]());
  await until(
    "they are taken again",
    async () => /200/.test(await converse(server.port, get("/", "Connection: close"))),
  );
});
