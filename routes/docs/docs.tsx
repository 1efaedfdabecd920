import { Hono } from "hono";
import { etag } from "hono/etag";
import { forAnyone } from "../middleware/access.ts";
import type { Dependencies } from "../dependencies.ts";
import type { Operation } from "../operation.ts";
import { forVisitors } from "../page/visitor.ts";
import { DocsPage } from "./docs_page.tsx";
import { openApi } from "./openapi.ts";

/** `GET /openapi.json` and `GET /docs`: what the API takes and gives, for programs and for people. */
export function docs(dependencies: Dependencies, operations: readonly Operation[]) {
  const document = openApi(operations);
  return new Hono()
    .get("/openapi.json", forAnyone, etag(), (c) => c.json(document, 200, { "Cache-Control": "no-cache" }))
    .get(
      "/docs",
      forVisitors(dependencies),
      (c) => c.html(<DocsPage operations={operations} visitor={c.var.user} />),
    );
}
