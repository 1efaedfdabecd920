import { compress } from "hono/compress";

/**
 * Compresses the pages and what they load for browsers that want it. Nothing else: files go out as they are
 * stored, by ranges as well, and nothing in a page that is secret stands beside what a visitor could be made
 * to put there.
 */
export const compressPages = compress({
  contentTypeFilter: /^(text\/(html|css|javascript)|image\/svg\+xml)\b/i,
});
