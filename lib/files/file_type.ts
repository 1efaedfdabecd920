import type { z } from "zod";
import type { Column } from "./columns.ts";
import type { Element } from "./elements.ts";
import type { TotalsDefinition } from "./totals/totals.ts";

/** A file that somebody has sent to be reconciled, as it waits in the storage for its job. */
export interface Upload {
  /** Where it is stored. */
  key: string;
  /** What its sender calls it. */
  file_name: string;
  bytes: number;
  /** SHA-256, lower-case hexadecimal. */
  sha256: string;
}

/** The file of an earlier job, which changes are told from, as it was when they were asked for. */
export interface EarlierFile {
  job_id: number;
  /** Where it is stored. */
  key: string;
  /** SHA-256 of its bytes as they are stored. */
  sha256: string;
  /** Absent where it is not compressed. */
  compression?: "gzip";
  /**
   * The version of the data that it was asked for; null where it would be another file today whatever the
   * data.
   */
  data_version: number | null;
  /** When its data was loaded, ISO 8601. */
  data_as_of: string | null;
}

/** What every kind of request has once it is validated; each file type adds its own keys. */
export interface FileRequest {
  file_type: string;
  /** The asking agency: a CGAC (3 characters) or a FREC (4). */
  agency_code: string;
  /** First and last day of the period the file covers, `YYYY-MM-DD`. */
  start: string;
  end: string;
  /** Absent where the file is not compressed. */
  compression?: "gzip";
  /** The job since whose file the changes are wanted; absent where the file itself is. */
  since_job_id?: number;
  /** That job's file, added once the request is stored. */
  since?: EarlierFile;
  /** What was sent with it; absent where the file is made of the service's data alone. */
  upload?: Upload;
}

/** A query with its bound parameters; the comment "columns" after SELECT stands for the select list. */
export interface RecordQuery {
  text: string;
  values: (string | number | string[] | null)[];
}

/** The query with its select list. */
export const selecting = (columns: string, { text, values }: RecordQuery): RecordQuery => ({
  text: text.replace("/*columns*/", () => columns),
  values,
});

/**
 * The query of a file without the order of its records, which it ends in: where nobody looks at that, the
 * server may read them as they lie.
 */
export const unordered = ({ text, values }: RecordQuery): RecordQuery => ({
  text: text.replace(/ORDER BY [^()]*$/, ""),
  values,
});

/**
 * An order of records by which they can be cut into key ranges: no two are equal in it, and an index gives
 * it.
 */
export interface RecordOrder {
  /**
   * The columns of the query's ORDER BY; none is ever NULL. The comment "key range" in its WHERE stands for a
   * range of them.
   */
  columns: readonly { name: string; type: string }[];
  /** Values of these columns, as text, that come before, and behind, those of every record. */
  before: readonly string[];
  behind: readonly string[];
}

/**
 * A way to the first records of a file whose order no index gives: by the accounts that come first in it, so
 * that not all of it has to be worked out.
 */
export interface FirstAccounts {
  /**
   * The accounts of the file, in its order: a row for each place, with an array of all that have records
   * there. A place may have none, but no record is of other accounts.
   */
  places: RecordQuery;
  /** The file's query, of some of these accounts alone. */
  among(accounts: string[]): RecordQuery;
}

/** By what the records of two files of one request are found again in each other. Names of columns. */
export interface RecordIdentity {
  /**
   * A record is told from the others by these; several that are equal in them, by their order in the file.
   */
  key: readonly string[];
  /**
   * What the file is ordered by, as text by its bytes, NULL last; every column of the key is among them, or
   * has one value in the whole file.
   */
  place: readonly string[];
}

/** What decides whether a request is refused because there is nothing to make the file of. */
export interface MissingData {
  /** A row for each thing that is not there, one text column that names it, as in "There is no …". */
  query: RecordQuery;
  /** What it is not there for, such as a fiscal year and period. */
  forWhat: string;
}

/**
 * What is asked of coverage, in its canonical form: a request without what only the file's form depends on.
 */
export interface CoverageRequest {
  file_type: string;
  agency_code: string;
  agency_type?: "awarding" | "funding";
  /** `YYYY-MM-DD`; null for all days. */
  start?: string | null;
  end?: string | null;
  /** Fiscal year and period; null for all of them. */
  year?: number | null;
  period?: number | null;
}

/** How much of the loaded data there is for a file, and what is worth knowing of it beforehand. */
export interface CoverageOf {
  /** Whether its records are counted by agency and action date, or those of its source by period. */
  countedBy: "day" | "period";
  /** The table that is counted. */
  source: string;
  /** Whether it takes a published submission of the agency. */
  takesSubmission?: boolean;
  /** Validates what is asked of coverage, as `FileType.body` does a request. */
  query: z.ZodType<CoverageRequest>;
  /**
   * SQL over the relation "asked" (`source_table`, `request`, a jsonb of a `FileRequest` or a
   * `CoverageRequest`): one row, one jsonb array of what there is to warn of (`lib/coverage/warnings.ts`).
   */
  warnings: string;
}

/** What a file holds and how it is written. */
export interface FileContents {
  elements: readonly Element[];
  /** The header line's cells, one an element. */
  header: string[];
  delimiter: "," | "|";
  query: RecordQuery;
  /** Absent where the records can only be read one after the other. */
  order?: RecordOrder;
  /** Absent where the query itself gives its first records at once, or nobody looks at them alone. */
  first?: FirstAccounts;
  /** Absent where nobody can ask what has changed in the file. */
  identity?: RecordIdentity;
  /** What its totals are of; absent where none are taken. */
  totals?: TotalsDefinition;
}

/**
 * Which records of a table are a file's own: those of its agency and days; those of its fiscal year and
 * period, perhaps with the last period of the year before; or all. The database counts them by day or by
 * period (`sql/migrations/0019_record_counts.sql`).
 */
export type OwnRecords = "days" | "period" | "period_and_year_before" | "all";

/**
 * The definition of one file type: everything that tells it from the others. `lib/files/registry.ts` lists
 * them; nothing else in the service knows a file type by name.
 */
export interface FileType<Request extends FileRequest = FileRequest> {
  code: string;
  /** What is in it, in a few words. */
  title: string;
  /** A request body that an installation with the sample data has records for. */
  example: Record<string, unknown>;
  /** The tables it reads, and which of their records: a file is current until one of these changes. */
  sources: Readonly<Record<string, OwnRecords>>;
  /** Validates a request body (null and empty keys are gone by then) and gives it its one canonical form. */
  body: z.ZodType<Request>;
  /**
   * The columns that people look at first, by which they tell whether the records are the ones they want;
   * absent where they look at all.
   */
  telling?: readonly string[];
  /** Whether the status object shows the period (`start`, `end`). */
  showsPeriod: boolean;
  contents(request: Request): FileContents;
  /** What there is to know of its columns, in order; absent where they are told of elsewhere. */
  columns?: readonly Column[];
  /**
   * A query with as many records as the file, which the API may plan (not run); absent where there is none.
   */
  estimate?(request: Request): RecordQuery;
  /** Absent where nothing is counted for it. */
  coverage?: CoverageOf;
  /** The file's name before it is compressed (`fileNameOf`); `stamp` is what it ends in. */
  fileName(request: Request, stamp: string): string;
  /**
   * A query for what decides the bytes besides the request and the data, such as the clock: one row, one text
   * column. It becomes part of the request key.
   */
  circumstances?(request: Request): RecordQuery;
  /** What there must be before such a file can be made; absent where one can always be made. */
  missing?(request: Request): MissingData;
}
