import type { Session } from "../db.ts";
import type { FileNotes } from "./refusals/file_notes.ts";
import type { RowEncoder } from "./cells/row_encoder.ts";
import type { SourceTable } from "./table_columns.ts";

/**
 * How many rows of the source tables a merge changed, and what became of the file's other rows. Those that
 * are none of these were added to others, or are left out by the source's rules.
 */
export interface MergeCounts {
  inserted: number;
  updated: number;
  /** Rows of the source tables that are gone. */
  removed: number;
  /** Rows of the file that the table had already. */
  unchanged?: number;
  /** Rows of the file whose key a later one of it has. */
  superseded?: number;
  /** Rows of the file that say that a row goes, whether it was there or not. */
  deletions?: number;
  /** Rows of earlier loads that were brought into step with it. */
  followed?: number;
  /** What else there is to say, a sentence each. */
  notes?: readonly string[];
}

/** The staging table of one file: temporary, seen by nobody else, gone with the session. */
export interface Staging {
  /**
   * Its name. Besides what `StagingShape` asks for it has `load_row`, the row's number in the file, from 1.
   */
  name: string;
  /** The columns that the file fed. */
  columns: readonly string[];
  /** The CSVs that the file has: one, but for a `.zip`. */
  csvs: readonly StagedCsv[];
}

/** One CSV of a file. */
export interface StagedCsv {
  /** What it is called in messages: the file's name, and behind it, in a `.zip`, its own. */
  name: string;
  /** The number of its first row in the file. */
  firstRow: number;
}

/** Something that a source has to be told besides its files. */
export interface SourceOption {
  /** As it is given on the command line, without the dashes. */
  name: string;
  /** What stands for its value. */
  value: string;
  description: string;
}

/** What the staging tables of a source are like. */
export interface StagingShape {
  /** The source table whose columns they share, with type and collation. */
  table: SourceTable;
  columns: readonly string[];
  /** More columns, by name, with their type. */
  extra?: Readonly<Record<string, string>>;
}

/** What a load may be told about headers. */
export interface HeaderOptions {
  /** Take a file that has columns this service does not know. */
  ignoreUnknownColumns: boolean;
  /** What there is to say of the file. */
  notes: FileNotes;
}

/** A source, made ready for one database. */
export interface PreparedSource {
  staging: StagingShape;
  /**
   * How the records of a file with this header become rows.
   *
   * @throws {HeaderProblem} where it is not a header of this source
   */
  encoderFor(header: readonly string[], options: HeaderOptions): RowEncoder;
  /**
   * Brings one file's rows from its staging table into the source tables; called inside the load's one
   * transaction, while no other load changes these tables. It never locks out readers: no TRUNCATE, no ALTER.
   *
   * @throws {LoadError} where the rows contradict each other
   */
  merge(session: Session, staging: Staging, merged: MergedBefore): Promise<MergeCounts>;
}

/**
 * What earlier files of the same load have merged, for sources whose files must not overlap: the file, by
 * what it replaced.
 */
export type MergedBefore = Map<string, string>;

/** Something that `deno task load` can load. */
export interface Source {
  name: string;
  /** What its files are, for messages. */
  title: string;
  /** The tables it feeds. */
  tables: readonly SourceTable[];
  /** Tables that its merge reads, or mends, besides: no load of theirs may come in between. */
  alongside?: readonly SourceTable[];
  /**
   * When a file is a repeat: if it was ever loaded before, or only if nothing of this source was loaded
   * since. The latter is for sources of which a load replaces everything, so that going back to an older file
   * works.
   */
  repeat: "ever" | "last";
  /**
   * Whether the tables' rows are made up from the file's, so that their counts have nothing to do with each
   * other.
   */
  makesLists?: boolean;
  /** Whether a file of a header alone is taken. Not where it would empty the table. */
  mayBeEmpty: boolean;
  /** What separates the fields, where it need not be a comma: told by the header. */
  delimiters?: readonly ("," | "|")[];
  /** What it may be told besides its files. */
  options?: readonly SourceOption[];
  /** What a CSV with this header is, if it comes with this source's in one `.zip` and no file needs it. */
  passesOver?(header: readonly string[]): string | null;
  /** Whether a header is one of this source's, good enough to suggest it. */
  recognises(header: readonly string[]): boolean;
  /** @param options the values of those of its options that were given */
  prepare(session: Session, options: Readonly<Record<string, string>>): Promise<PreparedSource>;
}
