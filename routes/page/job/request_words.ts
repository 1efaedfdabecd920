import type { FileRequest } from "../../../lib/files/file_type.ts";
import { fileTypeOf } from "../../../lib/files/registry.ts";
import { usDay } from "../../../lib/us_day.ts";
import { periodName } from "../calendar_choices.ts";
import { number, sizeOf } from "../job_words.ts";

/** Everything that a request of any file type may have been asked with. */
export type AnyRequest = FileRequest & {
  agency_type?: "awarding" | "funding";
  file_format?: "csv" | "txt";
  element_numbers?: boolean;
  year?: number;
  period?: number;
};

/** What a file is, in words: "Changes in File D1 (contracts)". */
export function kindOf(request: FileRequest): string {
  const { code, title } = fileTypeOf(request.file_type);
  if (request.upload) return `${title.replace(/^d/, "D")}`;
  return `${request.since_job_id === undefined ? "" : "Changes in "}File ${code} (${title})`;
}

/** The time that a file is about, in words. */
export function timeOf({ file_type, start, end, year, period }: AnyRequest): string {
  const isOfDays = fileTypeOf(file_type).showsPeriod || year === undefined;
  return isOfDays ? `${usDay(start)} to ${usDay(end)}` : periodName(year, period!);
}

/** What was asked for besides the agency and the time, each with what it is. */
export function optionsOf(request: AnyRequest): [name: string, value: string][] {
  const { agency_type, file_format, element_numbers, compression, upload, since_job_id } = request;
  const options: ([string, string] | false | undefined)[] = [
    upload && ["Your file", `${upload.file_name}, ${sizeOf(upload.bytes)}`],
    since_job_id !== undefined && ["Changes since", `the file of job ${number(since_job_id)}`],
    agency_type && ["The agency is the", `${agency_type} agency`],
    !upload && ["Format", formatOf(file_format, element_numbers)],
    compression && ["Compression", compression],
  ];
  return options.filter((option) => option !== undefined && option !== false);
}

const formatOf = (format: "csv" | "txt" = "csv", elementNumbers = false): string =>
  (format === "csv" ? "CSV" : "text, fields separated by bars") +
  (elementNumbers ? ", element numbers in the header" : "");

/** Where the form stands filled in with a request, so that something of it can be changed. */
export function formAddress(request: AnyRequest): string {
  const { file_type, agency_code, start, end, year, period } = request;
  const { agency_type, file_format, element_numbers, compression } = request;
  const days = fileTypeOf(file_type).showsPeriod ? { start, end } : { year, period };
  const values = {
    file_type,
    agency: agency_code,
    ...days,
    agency_type,
    file_format,
    element_numbers: element_numbers || undefined,
    compression,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return `/?${query}`;
}

/** Where the form of reconciliations stands filled in with a request; its file has to be chosen anew. */
export function uploadAddress(
  { file_type, agency_code, start, end, year, period, agency_type }: AnyRequest,
): string {
  const kind = file_type.slice(0, 1);
  const values = fileTypeOf(file_type).showsPeriod ? { start, end, agency_type } : { year, period };
  const query = new URLSearchParams({ kind, agency: agency_code });
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return `/reconcile?${query}`;
}
