import type { MiddlewareHandler } from "hono";
import { compress } from "hono/compress";

const PAGES = /^(text\/(html|css|javascript)|image\/svg\+xml)\b/i;

const compressed = compress({ contentTypeFilter: PAGES, threshold: 0 });

/**
 * Compresses the pages and what they load for browsers that want it. Nothing else: files go out as they are
 * stored, by ranges as well, and nothing in a page that is secret stands beside what a visitor could be made
 * to put there. A HEAD says as well what the response varies by, which Hono's own middleware leaves out.
 */
export const compressPages: MiddlewareHandler = async (c, next) => {
  await compressed(c, next);
  const isPage = PAGES.test(c.res.headers.get("Content-Type") ?? "");
  if (c.req.method === "HEAD" && isPage) c.header("Vary", "Accept-Encoding", { append: true });
};
