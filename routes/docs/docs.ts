import { createHash } from "node:crypto";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { forAnyone } from "../access.ts";
import type { Operation } from "../operation.ts";
import { openApi } from "./openapi.ts";
import { docsPage, STYLE } from "./page.ts";

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** `GET /openapi.json` and `GET /docs`: what the API takes and gives, for programs and for people. */
export function docs(operations: readonly Operation[]) {
  const document = openApi(operations);
  return new Hono()
    .get("/openapi.json", forAnyone, etag(), (c) => c.json(document, 200, { "Cache-Control": "no-cache" }))
    .get("/docs", forAnyone, (c) => {
      c.header(
        "Content-Security-Policy",
        `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`,
      );
      return c.html(docsPage(operations));
    });
}
