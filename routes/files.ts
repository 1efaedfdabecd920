import { Hono } from "hono";
import { ServiceError } from "../lib/errors.ts";
import { FILES_PATH, verifyLink } from "../lib/storage/link.ts";
import { LocalStore } from "../lib/storage/local.ts";
import { parseRange } from "../lib/storage/range.ts";
import { forAnyone } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";

/**
 * `GET /v1/files/{key}`: hands out a local file to whoever holds a signed link to it (`lib/storage/link.ts`), whole or in
 * ranges, so that an interrupted download can be resumed. With S3 there are no local files and no such links.
 */
export const files = ({ store }: Dependencies) =>
  new Hono().get(`${FILES_PATH}*`, forAnyone, async (c) => {
    if (!(store instanceof LocalStore) || !store.options.signingSecret) {
      throw new ServiceError("link_refused");
    }
    const { pathname, search } = new URL(c.req.url);
    const { key, fileName } = verifyLink(pathname + search, store.options.signingSecret, new Date());
    const file = await store.open(key);
    if (!file) throw new ServiceError("file_gone");

    // A key is never written twice, so it names one state of the file for good.
    const etag = `"${key}"`;
    const ifRange = c.req.header("If-Range");
    const range = ifRange && ifRange !== etag ? "whole" : parseRange(c.req.header("Range"), file.size);
    c.header("Accept-Ranges", "bytes");
    c.header("ETag", etag);
    c.header("Cache-Control", "private, no-store");
    if (range === "unsatisfiable") {
      file.close();
      c.header("Content-Range", `bytes */${file.size}`);
      throw new ServiceError("range_not_satisfiable", { size: file.size });
    }
    const part = range === "whole" ? undefined : range;
    if (part) c.header("Content-Range", `bytes ${part.first}-${part.last}/${file.size}`);
    c.header("Content-Length", String(part ? part.last - part.first + 1 : file.size));
    c.header("Content-Type", `${fileName.endsWith(".csv") ? "text/csv" : "text/plain"}; charset=utf-8`);
    c.header("Content-Disposition", `attachment; filename="${fileName}"`);
    if (c.req.method === "HEAD") {
      file.close();
      return c.body(null, part ? 206 : 200);
    }
    return c.body(file.stream(part), part ? 206 : 200);
  });
