import { agencies } from "./agencies.ts";
import { archiveAssistance } from "./archive_assistance.ts";
import { archiveContracts } from "./archive_contracts.ts";
import { failedEdits } from "./failed_edits.ts";
import { fileB } from "./file_b.ts";
import { gtasBoc } from "./gtas_boc.ts";
import { sf133 } from "./sf133.ts";
import { LoadError } from "../load/load_error.ts";
import type { Source } from "../load/source.ts";
import { tableSource } from "./table.ts";
import { SOURCE_TABLES } from "../load/table_columns.ts";
import { tas } from "./tas.ts";
import { windows } from "./windows.ts";

/** Everything that can be loaded. A new source is one new file and one line here. */
export const sources: readonly Source[] = [
  archiveContracts,
  archiveAssistance,
  sf133,
  tas,
  failedEdits,
  windows,
  agencies,
  gtasBoc,
  fileB,
  ...SOURCE_TABLES.map(tableSource),
];

/** The source of this name. @throws {LoadError} where there is none */
export function findSource(name: string): Source {
  const source = sources.find((source) => source.name === name);
  if (source) return source;
  throw new LoadError(
    "wrong_usage",
    `There is no source ${name}. The sources are ${sources.map((source) => source.name).join(", ")}.`,
  );
}
