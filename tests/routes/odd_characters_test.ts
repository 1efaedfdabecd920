/** Bytes that no client should send, in every header and field that is looked at, over real sockets. */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { addAgencies, d1Body } from "../helpers/generations.ts";
import { converse } from "../helpers/raw_http.ts";
import { startService } from "../helpers/service.ts";
import { isThorough } from "../helpers/thorough.ts";
import { withoutSecrets } from "../../routes/response/without_secrets.ts";

/** As UTF-8 they are bytes beyond ASCII, among them control characters of Latin-1. */
const ODD = [
  "\u200b",
  "€",
  "ä",
  "\u0085",
  "\u00a0",
  "\ufeff",
  "😀",
  "\u001b[31m",
  "\x7f",
  "\t",
  "\\",
  '"',
  "%00",
  "%0a",
  "%ff",
  ",",
  ";",
  "x".repeat(8000),
];
const FORM = "application/x-www-form-urlencoded";

const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);

Deno.test("a credential with an odd character is 401 in every header, form and cookie, and stands in no log", async () => {
  await using service = await startService({ LOG_LEVEL: "debug" });
  const { token, url } = service.api;
  const port = Number(new URL(url).port);
  const get = (path: string, header: string) =>
    converse(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}\r\n\r\n`);
  const post = (body: string) =>
    converse(
      port,
      `POST /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\nContent-Type: ${FORM}\r\n` +
        `Content-Length: ${new TextEncoder().encode(body).length}\r\n\r\n${body}`,
    );
  for (const odd of [...ODD, "\0", "\n", "\r\n", "\u2028", "\ud800"]) {
    // A blank at the end of a header is no part of it (RFC 9110, section 5.5).
    const isBlank = odd === "\t";
    for (
      const credential of isBlank
        ? [`${token}${odd}x`]
        : [`${token}${odd}`, `${odd}${token}`, `${token}${odd}x`]
    ) {
      const inForm = encodeURIComponent(credential.toWellFormed());
      // The form's text is trimmed, as people paste it.
      const isTrimmed = credential.trim() === token;
      const form = await post(`token=${inForm}`);
      assert.equal(statusOf(form), isTrimmed ? 303 : 401, `${JSON.stringify(odd)} in a form: ${form}`);
      const cookie = await get("/jobs/1/status", `Cookie: session=${inForm}`);
      assert.equal(statusOf(cookie), 401, `${JSON.stringify(odd)} in a cookie: ${cookie}`);
      if (/[\0\r\n]/.test(odd)) continue;
      for (const header of [`Authorization: Bearer ${credential}`, `X-Session-Id: ${credential}`]) {
        const response = await get("/v1/list_agencies", header);
        const isNoPart = /^\s+$/.test(odd) && odd !== "\u00a0" && credential.trim() === token;
        if (!isNoPart) {
          assert.ok(
            [400, 401].includes(statusOf(response)),
            `${JSON.stringify(odd)} in ${header.slice(0, 14)}: ${response}`,
          );
        }
      }
      const raw = await get("/jobs/1/status", `Cookie: session=${credential}`);
      assert.ok(
        odd === ";" || [400, 401].includes(statusOf(raw)),
        `${JSON.stringify(odd)} in a raw cookie: ${raw}`,
      );
    }
  }
  const log = service.api.log();
  assert.ok(!log.includes(token.slice(0, 30)), "no token is in the log");
  assert.doesNotMatch(log, /"level":"(WARNING|ERROR)"/);
});

Deno.test("an odd character in any other header or field is never a fault of the service", async () => {
  await using service = await startService();
  await addAgencies(service.sql);
  const port = Number(new URL(service.api.url).port);
  const body = JSON.stringify(d1Body());
  const names = [
    ...["Idempotency-Key", "Prefer", "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since"],
    ...[
      "Last-Event-ID",
      "X-Request-Id",
      "X-Forwarded-For",
      "traceparent",
      "Accept",
      "Accept-Encoding",
      "Origin",
    ],
    ...[
      "Sec-Fetch-Site",
      "Content-Type",
      "Cookie",
      "User-Agent",
      "Referer",
      "Expect",
      "Access-Control-Request-Method",
    ],
  ];
  const requests = [
    `POST /v1/generate_detached_file/`,
    `GET /v1/check_detached_generation_status/?job_id=1`,
    `GET /v1/generations/`,
    `GET /`,
    `GET /v1/files/1/1/x.csv?expires=1&signature=${"A".repeat(43)}`,
  ];
  for (const [n, name] of names.entries()) {
    for (const [o, odd] of ODD.entries()) {
      // Each character in each header, with some of the requests.
      for (const request of requests.filter((_, r) => isThorough || (n + o + r) % 3 === 0)) {
        const isPost = request.startsWith("POST");
        const response = await converse(
          port,
          `${request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Session-Id: ${service.api.token}\r\n${name}: ${odd}\r\n` +
            (isPost && name !== "Content-Type" ? "Content-Type: application/json\r\n" : "") +
            (isPost ? `Content-Length: ${body.length}\r\n\r\n${body}` : "\r\n"),
        );
        const status = statusOf(response);
        assert.ok(
          status >= 200 && status < 500,
          `${name}: ${JSON.stringify(odd)} with ${request} gave ${response}`,
        );
      }
    }
  }
  for (const odd of ODD) {
    for (
      const path of [
        "/v1/generations/?state=",
        "/v1/generations/?cursor=",
        "/?before=",
        "/jobs/",
        "/v1/generations/",
        "/",
      ]
    ) {
      const response = await converse(
        port,
        `GET ${path}${odd} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      assert.ok(statusOf(response) < 500, `${path}${odd}: ${response}`);
    }
  }
  assert.doesNotMatch(service.api.log(), /"level":"(WARNING|ERROR)"/);
});

Deno.test("whatever quotes what a request has brought, the log does not have its secrets", async () => {
  const secret = "detached_0123456789abcdef";
  const found: string[] = [];
  const app = new Hono().all("/", async (c) => {
    await c.req.parseBody();
    const quoted = [
      `"Bearer ${secret}\0" is not a legal header`,
      JSON.stringify({ Cookie: `session=${secret}\nx` }),
      `${secret}\u200b`,
      `the end of it: ${secret}`,
    ];
    for (const text of quoted) found.push(await withoutSecrets(text, c));
    return c.text("");
  });
  const form = (token: string) => ({
    method: "POST",
    body: new URLSearchParams({ token }).toString(),
    headers: { "Content-Type": FORM },
  });
  for (
    const init of [
      { headers: { Authorization: `Bearer ${secret}` } },
      { headers: { "X-Session-Id": secret } },
      { headers: { Cookie: `other=1; session=${secret}%0Ax` } },
      form(`${secret}\0`),
      form(`${secret}\u200b`),
    ]
  ) {
    await app.request("/", init);
  }
  await app.request(`/?signature=${secret}`);
  assert.equal(found.length, 24);
  const endless = new Hono().all("/", async (c) => c.text(await withoutSecrets("said at once", c)));
  const response = await endless.request("/", {
    method: "POST",
    headers: { "Content-Type": FORM },
    body: new ReadableStream(),
  });
  assert.equal(await response.text(), "said at once", "nobody waits for a form that has not been read");
  for (const text of found) assert.ok(!text.includes(secret), text);
});
