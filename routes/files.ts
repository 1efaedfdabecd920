import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { recordAudit } from "../lib/auth/audit.ts";
import type { Sql } from "../lib/db.ts";
import { ServiceError } from "../lib/errors.ts";
import { remakeLostFile, sizeOfFile } from "../lib/generations/file_link.ts";
import { contentDisposition } from "../lib/storage/content_disposition.ts";
import { contentTypeOf } from "../lib/storage/content_type.ts";
import { FILES_PATH } from "../lib/storage/link.ts";
import type { FileStore, LinkedFile, StoredFile } from "../lib/storage/store.ts";
import { forAnyone } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";
import { evaluate, rangeCounts } from "./request/preconditions.ts";
import { parseRange } from "./request/range.ts";
import type { Sourced } from "./middleware/request_source.ts";

const FILE_TYPES = ["text/csv", "text/plain", "application/gzip"];
const FILE_HEADERS = {
  "Content-Disposition": "the file's own name",
  ETag: "the state of the file, for If-Range",
  "Accept-Ranges": "bytes",
  "Last-Modified": "when the file was stored",
};

const download = operation({
  id: "downloadFile",
  summary: "A file in local storage, by the link of its job's status",
  description:
    "The link is to be used exactly as the status gave it; its signature is the permission. Files in S3 have links of S3.",
  tag: "files",
  path: { key: { description: "has slashes in it" } },
  headers: {
    Range: "a part of the file (RFC 9110), so that a download can be resumed",
    "If-Range":
      "the `ETag` or `Last-Modified` of the file that the part is of: of another one all of it is sent",
    "If-Match": "the `ETag` of the file that is wanted, and no other",
    "If-None-Match": "the `ETag` of the file that is there already",
    "If-Modified-Since": "the `Last-Modified` of the file that is there already",
    "If-Unmodified-Since": "the `Last-Modified` of the file that is wanted, and no later one",
  },
  responses: [
    { mediaTypes: FILE_TYPES, headers: FILE_HEADERS },
    {
      status: 206,
      description: "A part of the file",
      mediaTypes: FILE_TYPES,
      headers: { ...FILE_HEADERS, "Content-Range": "which part" },
    },
    { status: 304, description: "The client has it already (`If-None-Match`, `If-Modified-Since`)" },
  ],
  errors: [403, 410, 412, 416, 503],
});

/**
 * The link as it was sent; the request's own URL has been tidied up, which makes the same of different links.
 */
const requested = (c: Context): string =>
  (c.env as Partial<HttpBindings> | undefined)?.incoming?.url ?? c.req.url;

/**
 * `GET /v1/files/{key}`: hands out a local file to whoever holds a signed link to it (`lib/storage/link.ts`),
 * whole or in ranges, so that an interrupted download can be resumed. With S3 there are no local files and no
 * such links.
 */
export const files = ({ sql, store }: Dependencies) =>
  new Hono<Sourced>().get(`${FILES_PATH}*`, forAnyone, download, async (c) => {
    const { key, fileName, file } = await openLink(sql, store, requested(c));
    // A key is never written twice, so it names one state of the file for good.
    const validators = { etag: `"${key}"`, lastModified: file.modifiedAt ?? undefined };
    c.header("Accept-Ranges", "bytes");
    c.header("ETag", validators.etag);
    if (validators.lastModified) c.header("Last-Modified", validators.lastModified.toUTCString());
    c.header("Cache-Control", "private, no-store");
    const verdict = evaluate((name) => c.req.header(name), validators);
    if (verdict !== "proceed") {
      file.close();
      if (verdict === "not modified") return c.body(null, 304);
      throw new ServiceError("precondition_failed");
    }
    if (c.req.method === "GET") {
      const event = { ...c.var.source, action: "download", detail: { key } } as const;
      await recordAudit(sql, event).catch((error) => {
        file.close();
        throw error;
      });
    }

    // Ranges are for GET (RFC 9110, section 14.2).
    const countsRange = c.req.method === "GET" && rangeCounts((name) => c.req.header(name), validators);
    const range = countsRange ? parseRange(c.req.header("Range"), file.size) : "whole";
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

/**
 * Opens the file that a link leads to. One that the storage has lost, or lost a part of, is made anew.
 *
 * @throws {ServiceError} `link_refused`, `link_expired`, `file_gone`, `file_lost` or `storage_unavailable`
 */
async function openLink(
  sql: Sql,
  store: FileStore,
  url: string,
): Promise<LinkedFile & { file: StoredFile }> {
  if (!store.openLink) throw new ServiceError("link_refused");
  const { key, fileName, file } = await store.openLink(url);
  try {
    const size = await sizeOfFile(sql, key);
    if (file && size === file.size) return { key, fileName, file };
    const isRemade = size !== undefined && await remakeLostFile(sql, key);
    throw new ServiceError(isRemade ? "file_lost" : "file_gone");
  } catch (error) {
    file?.close();
    throw error;
  }
}
