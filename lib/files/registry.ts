import { z } from "zod";
import { aDiff } from "../reconciliations/a_diff.ts";
import { cDiff } from "../reconciliations/c_diff.ts";
import { a } from "./a.ts";
import type { AwardBody } from "./award_file.ts";
import { boc } from "./boc.ts";
import { shapeOf, unknownKeys } from "./body_shape.ts";
import { d1 } from "./d1.ts";
import { d2 } from "./d2.ts";
import type { CoverageRequest, FileRequest, FileType } from "./file_type.ts";
import type { PeriodBody } from "./period_request.ts";
import { mustBe } from "./request_fields.ts";

/**
 * Every file type that is asked for by a request body. A new one is a file in this folder and its line here.
 */
export const fileTypes = [d1, d2, a, boc] as unknown as readonly FileType[];

/**
 * The file types that are asked for by sending a file: the differences between that and the service's data.
 */
export const reconciliations = [cDiff, aDiff] as unknown as readonly FileType[];

const all = [...fileTypes, ...reconciliations];

/** The codes of all file types. */
export const fileTypeCodes = all.map(({ code }) => code) as [string, ...string[]];

const byCode = new Map(all.map((fileType) => [fileType.code, fileType]));

/** The definition of a file type. Throws where there is none: codes are validated before they get here. */
export function fileTypeOf(code: string): FileType {
  const fileType = byCode.get(code);
  if (!fileType) throw new Error(`no file type has the code ${JSON.stringify(code)}`);
  return fileType;
}

/**
 * The name of the file that a request asks for (`files.md`, "Names").
 *
 * @param stamp seconds since 1970
 */
export const fileNameOf = (request: FileRequest, stamp: number): string =>
  fileTypeOf(request.file_type).fileName(
    request,
    request.since ? `changes_since_${request.since.job_id}_${stamp}` : String(stamp),
  ) + (request.compression === "gzip" ? ".gz" : "");

/** The bodies that can be sent, by file type. */
export const requestBodies: ReadonlyMap<string, z.ZodType> = new Map(
  fileTypes.map(({ code, body }) => [code, body]),
);

const oneOfThem = mustBe("file_type", `one of ${fileTypes.map(({ code }) => `"${code}"`).join(", ")}`);

const KNOWN_KEYS = new Set(fileTypes.flatMap(({ body }) => Object.keys(shapeOf(body))));

/** The keys of a request body that no file type has, as they are named to whoever has sent them. */
export const ignoredKeys = (body: unknown): string[] =>
  unknownKeys(body as Record<string, unknown>, KNOWN_KEYS);

/**
 * What is sent, by its file type: null and empty keys count as absent, keys that the file type does not have
 * are ignored, whatever they hold.
 */
const byFileType = (schemas: readonly z.ZodType[]) =>
  z.preprocess(
    (sent) =>
      typeof sent === "object" && sent !== null && !Array.isArray(sent)
        ? Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null && value !== ""))
        : sent,
    z.discriminatedUnion("file_type", schemas as never, {
      error: (issue) => {
        const sent = issue.input;
        return typeof sent !== "object" || sent === null || Array.isArray(sent)
          ? "The body must be one JSON object."
          : oneOfThem({ input: (sent as Record<string, unknown>)["file_type"] });
      },
    }),
  ) as z.ZodType;

/** A request body as `api.md` has it. Gives the request in its canonical form. */
export const requestBody = byFileType(fileTypes.map(({ body }) => body)) as z.ZodType<
  FileRequest,
  AwardBody | PeriodBody
>;

const coverageQueries = fileTypes.flatMap(({ coverage }) => coverage ? [coverage.query] : []);

/** What is asked of coverage, by the rules of a request body. Gives it in its canonical form. */
export const coverageQuery = byFileType(coverageQueries) as z.ZodType<CoverageRequest, CoverageQuery>;

/** A query about coverage, as a client sends it. */
export type CoverageQuery =
  & { file_type: string }
  & Partial<
    Record<"cgac_code" | "frec_code" | "start" | "end" | "agency_type" | "year" | "period", string>
  >;

/** The keys that such a query may have, for its description. */
export const coverageParameters: z.ZodObject = z.object({
  ...Object.fromEntries(
    coverageQueries.flatMap((query) => Object.entries(shapeOf(query))).map(([name, schema]) =>
      [name, (schema as z.ZodType).optional()] as const
    ),
  ),
  file_type: z.enum(fileTypes.map(({ code }) => code)),
});
