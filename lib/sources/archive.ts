import { boolean, type CellRule, date, decimal, integer, text, timestamp } from "../load/cells/cell_rules.ts";
import { DirectEncoder, REMOVES } from "../load/cells/direct_encoder.ts";
import { exactly, type KnownColumn, loosely, matchHeader } from "../load/header/header.ts";
import type { Source } from "../load/source.ts";
import { describeTable, type SourceTable } from "../load/table_columns.ts";
import { upsert } from "../load/merge/upsert.ts";
import { readTsv } from "../tsv.ts";

/** What tells the two kinds of archive files apart. */
export interface Archive {
  name: string;
  title: string;
  table: SourceTable;
  /** The primary key of the table. */
  id: string;
  /** The column that tells which transaction a row is, in any letter case. */
  key: string;
  /** The column that tells when a transaction was last modified. */
  modified: string;
  /**
   * Each column of the archive's CSV and the column it feeds (empty: none), tab-separated, after a header.
   */
  mapping: string;
  /** Columns of delta files that feed nothing. */
  deltaColumns: readonly string[];
  /** Which rows of the table count, as SQL over `t`, and what makes a new row count. */
  among?: string;
  fixed?: Readonly<Record<string, string>>;
}

// The delta files' column that says whether a row is new (nothing), corrected (C), late (L, in assistance
// before 2018) or removed (D).
const INDICATOR = "correction_delete_ind";
const BRINGS = ["C", "L"], DELETES = "D";

/**
 * A source that reads the public USAspending Award Data Archive: full files, and the delta files that follow
 * them. Transactions are replaced by their key; nothing else of the table is touched.
 */
export function archiveSource(archive: Archive): Source {
  const columns = readMapping(archive);
  return {
    name: archive.name,
    title: archive.title,
    tables: [archive.table],
    repeat: "ever",
    mayBeEmpty: true,
    recognises(header) {
      const present = new Set(header.map(loosely));
      const found = columns.filter((column) => present.has(loosely(column.name)));
      return found.length * 2 > columns.length && present.has(loosely(keyColumn(archive, columns)));
    },
    passesOver: (header) =>
      header.some((name) => /^subaward_/i.test(name.trim())) ? "of sub-awards, which no file needs" : null,
    async prepare(session) {
      const shape = await describeTable(session, archive.table);
      const types = new Map(shape.columns.map((column) => [column.name, column.type]));
      const fed = columns.filter((column) => column.feeds !== "");
      const known: KnownColumn[] = columns.map((column) => ({
        name: column.name,
        headers: [column.name],
        // Columns that feed nothing come and go between the archive's editions.
        required: column.feeds !== "",
      }));
      for (const name of [INDICATOR, ...archive.deltaColumns]) {
        known.push({ name, headers: [name], required: false });
      }
      return {
        staging: {
          table: archive.table,
          columns: fed.map(({ feeds }) => feeds),
          extra: { [REMOVES]: "boolean" },
        },
        encoderFor(header, { ignoreUnknownColumns, notes }) {
          const found = matchHeader(header, known, exactly, { ignoreUnknown: ignoreUnknownColumns });
          const indicator = found.get(INDICATOR);
          return new DirectEncoder({
            cells: fed.map(({ name, feeds }) => ({
              column: feeds,
              from: found.get(name)!,
              rule: feeds === archive.key ? transactionKey : ruleFor(name, types.get(feeds)!),
              required: feeds === archive.key,
            })),
            blankIsNull: true,
            watches: fed.flatMap(({ name }) => {
              if (/^(awarding|funding)_agency_code$/.test(name)) {
                return [notes.agencyCodes(name, found.get(name)!)];
              }
              // Since its publisher has a new writer.
              if (/_zip_4(_code)?$/.test(name)) return [notes.shortZips(name, found.get(name)!)];
              return [];
            }),
            ...(indicator === undefined ? {} : {
              removal: {
                from: indicator,
                brings: BRINGS,
                removes: DELETES,
                keeps: [archive.key, archive.modified],
              },
            }),
          });
        },
        merge(session, staging) {
          const removes = staging.columns.includes(REMOVES);
          return upsert(session, {
            staging: staging.name,
            table: archive.table,
            key: archive.key,
            // The incumbent writes `-none-` in keys, USAspending capitalises all of them.
            anyLetterCase: true,
            datedBy: archive.modified,
            id: archive.id,
            columns: staging.columns.filter((column) => column !== REMOVES),
            ...(archive.fixed ? { fixed: archive.fixed } : {}),
            ...(archive.among ? { among: archive.among } : {}),
            ...(removes ? { removes: REMOVES } : {}),
          });
        },
      };
    },
  };
}

interface ArchiveColumn {
  name: string;
  /** The column it feeds, or nothing. */
  feeds: string;
}

const readMapping = ({ mapping }: Archive): ArchiveColumn[] =>
  readTsv(mapping, ["csv_column", "column"]).map(({ csv_column, column }) => ({
    name: csv_column,
    feeds: column,
  }));

const keyColumn = (archive: Archive, columns: ArchiveColumn[]) =>
  columns.find((column) => column.feeds === archive.key)!.name;

function ruleFor(name: string, type: string): CellRule {
  if (name.endsWith("_county_fips_code")) return countyOfFips;
  if (name.endsWith("_cd_original")) return districtOfState;
  switch (type) {
    case "text":
      return text;
    case "boolean":
      return boolean;
    case "date":
      return date;
    case "timestamp without time zone":
      return timestamp;
    case "numeric":
      return decimal;
    case "integer":
      return integer(4);
  }
  throw new Error(`The archive feeds ${name} into a column of type ${type}, which it cannot.`);
}

/** What names a transaction, without blanks around it, of any kind: with them it would be another one. */
export const transactionKey: CellRule = {
  wanted: "a value",
  usual: (bytes, from, to) => isSeen(bytes[from]!) && isSeen(bytes[to - 1]!),
  convert: (value) => value.trim() || undefined,
};

const isSeen = (byte: number) => byte > 0x20 && byte < 0x7f;

/**
 * County FIPS codes are state and county, `51059`; four digits have lost the zero of the state, `1059`. The
 * last three are the county.
 */
export const countyOfFips: CellRule = {
  wanted: "a county FIPS code of five digits such as 51059",
  usual: () => false,
  convert: (value) => /^\s*\d?\d(\d{3})\s*$/.exec(value)?.[1],
};

/** Congressional districts come with their state, `VA-11`: what follows the dash is the district. */
export const districtOfState: CellRule = {
  wanted: "a congressional district such as VA-11",
  usual: () => false,
  convert: (value) => /^\s*[A-Z]{2}-([0-9A-Z]{2})\s*$/.exec(value)?.[1],
};
