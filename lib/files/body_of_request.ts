import { usDay } from "../us_day.ts";
import type { FileRequest } from "./file_type.ts";
import { fileTypeOf } from "./registry.ts";

/** What the service adds to a request itself. */
const NOT_SENT = ["since", "upload"];

/**
 * The body that a stored request was, or might have been, asked for with: that asks for the same once more.
 * What is off is left out.
 */
export function bodyOfRequest(request: FileRequest): Record<string, unknown> {
  const { showsPeriod } = fileTypeOf(request.file_type);
  const { file_type, agency_code, start, end, ...others }: FileRequest & Record<string, unknown> = {
    ...request,
  };
  return {
    file_type,
    [agency_code.length === 4 ? "frec_code" : "cgac_code"]: agency_code,
    // Those of A and BOC are made of year and period.
    ...(showsPeriod && { start: usDay(start), end: usDay(end) }),
    ...Object.fromEntries(
      Object.entries(others).filter(([key, value]) => !NOT_SENT.includes(key) && value !== false),
    ),
  };
}
