import { Hono } from "hono";
import type { RequestIdVariables } from "hono/request-id";
import { recordAudit } from "../lib/auth/audit.ts";
import { ServiceError } from "../lib/errors.ts";
import { contentDisposition } from "../lib/storage/content_disposition.ts";
import { contentTypeOf } from "../lib/storage/content_type.ts";
import { FILES_PATH, verifyLink } from "../lib/storage/link.ts";
import { LocalStore } from "../lib/storage/local.ts";
import { parseRange } from "../lib/storage/range.ts";
import { forAnyone } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";

/**
 * `GET /v1/files/{key}`: hands out a local file to whoever holds a signed link to it (`lib/storage/link.ts`), whole or in
 * ranges, so that an interrupted download can be resumed. With S3 there are no local files and no such links.
 */
export const files = ({ sql, store }: Dependencies) =>
  new Hono<{ Variables: RequestIdVariables }>().get(`${FILES_PATH}*`, forAnyone, async (c) => {
    if (!(store instanceof LocalStore) || !store.options.signingSecret) {
      throw new ServiceError("link_refused");
    }
    const { key, fileName } = verifyLink(c.req.url, store.options.signingSecret, new Date());
    const file = await store.open(key);
    if (!file) throw new ServiceError("file_gone");
    if (c.req.method === "GET") {
      const event = { action: "download", requestId: c.get("requestId"), detail: { key } } as const;
      await recordAudit(sql, event).catch((error) => {
        file.close();
        throw error;
      });
    }

    // A key is never written twice, so it names one state of the file for good.
    const etag = `"${key}"`;
    const ifRange = c.req.header("If-Range");
    // Ranges are for GET, and only of the state of the file that the client knows.
    const ignoresRange = c.req.method !== "GET" || (ifRange !== undefined && ifRange !== etag);
    const range = ignoresRange ? "whole" : parseRange(c.req.header("Range"), file.size);
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
    c.header("Content-Type", contentTypeOf(fileName));
    c.header("Content-Disposition", contentDisposition(fileName));
    if (c.req.method === "HEAD") {
      file.close();
      return c.body(null);
    }
    return c.body(file.stream(part), part ? 206 : 200);
  });
