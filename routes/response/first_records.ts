import type { Context } from "hono";
import { recordAudit } from "../../lib/auth/audit.ts";
import type { Sql } from "../../lib/db.ts";
import type { FileRequest } from "../../lib/files/file_type.ts";
import { type Preview, previewFile } from "../../lib/files/preview.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { auditOf, type SignedIn } from "../middleware/access.ts";

/**
 * The first records of a file, for somebody who may have it, by the API and by the page; kept in the audit,
 * but for a HEAD, whose response shows none of them.
 *
 * @throws {ServiceError} `preview_too_slow`
 */
export async function firstRecords(c: Context<SignedIn>, sql: Sql, request: FileRequest): Promise<Preview> {
  const preview = await previewFile(sql, fileTypeOf(request.file_type), request);
  if (c.req.method !== "HEAD") {
    const detail = { file_type: request.file_type, records: preview.records.length };
    await recordAudit(sql, { ...auditOf(c, "preview", request.agency_code), detail });
  }
  return preview;
}
