import type { Context } from "hono";
import { recordAudit } from "../../lib/auth/audit.ts";
import { requireAgencyAccess } from "../../lib/auth/permissions.ts";
import { coverageOf, type DayCoverage, type PeriodCoverage } from "../../lib/coverage/coverage.ts";
import { type Expected, expectedOf } from "../../lib/coverage/estimate.ts";
import { type Warning, warningOf, warningsOf } from "../../lib/coverage/warnings.ts";
import type { Sql } from "../../lib/db.ts";
import type { FileRequest, FileType } from "../../lib/files/file_type.ts";
import type { Preview } from "../../lib/files/preview.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { auditOf, type SignedIn } from "../middleware/access.ts";
import { firstRecords } from "../response/first_records.ts";
import type { CheckedForm } from "./form_check.ts";

/** What there is to see of a file before it is asked for. */
export interface Look {
  fileType: FileType;
  agencyCode: string;
  /** What was asked for; absent while the days, or the period, are still to be chosen. */
  request: FileRequest | undefined;
  /** How many records it has, exactly; null where that is not known beforehand. */
  records: number | null;
  /** Absent where there is no request. */
  expected: Expected | undefined;
  coverage: DayCoverage | PeriodCoverage | undefined;
  warnings: Warning[];
}

/**
 * Looks at what a form would give, with as much of it as is filled in; undefined where that is too little.
 * What is told is kept in the audit, as it is of the API's routes.
 *
 * @throws {ServiceError} `permission_denied`
 */
export async function lookAt(
  c: Context<SignedIn>,
  sql: Sql,
  { request, coverage: asked }: CheckedForm,
): Promise<Look | undefined> {
  if (!asked) return undefined;
  const { file_type, agency_code: agencyCode } = asked;
  requireAgencyAccess(c.var.user, agencyCode);
  const fileType = fileTypeOf(file_type);
  const [coverage, noted] = await Promise.all([
    fileType.coverage ? coverageOf(sql, fileType, asked) : undefined,
    warningsOf(sql, fileType, request ?? asked),
  ]);
  const records = coverage?.countedBy === "day" ? coverage.records : null;
  const expected = request && await expectedOf(sql, fileType, request, records);
  if (c.req.method !== "HEAD") {
    const detail = { file_type };
    await recordAudit(sql, { ...auditOf(c, request ? "estimate" : "coverage", agencyCode), detail });
  }
  return { fileType, agencyCode, request, records, expected, coverage, warnings: noted.map(warningOf) };
}

/**
 * The first records of what a form asks for.
 *
 * @throws {ServiceError} `permission_denied`, `preview_too_slow`
 */
export async function lookAtRecords(c: Context<SignedIn>, sql: Sql, request: FileRequest): Promise<Preview> {
  requireAgencyAccess(c.var.user, request.agency_code);
  return await firstRecords(c, sql, request);
}
