import { CsvError, LONGEST_RECORD } from "../../csv/reader.ts";
import { MOST_CELLS } from "../../csv/scan.ts";
import { LoadError } from "../load_error.ts";
import { shownName } from "../shown.ts";

/**
 * The refusal of a file that cannot be read as CSV any further.
 *
 * @param header its columns, once they are known
 */
export function csvRefused(error: CsvError, name: string, header: readonly string[] | null): LoadError {
  const column = shownName(header?.[error.cell] ?? `number ${error.cell + 1}`);
  switch (error.kind) {
    case "open_quote":
      return new LoadError(
        "bad_file",
        `${name}, line ${error.line}, column ${column}: the quoted value that begins here never ends; wanted a closing ` +
          `quote. The file is damaged or truncated.`,
      );
    case "record_too_long":
      return new LoadError(
        "bad_file",
        `${name}, line ${error.line}: the row is longer than ${
          LONGEST_RECORD / 1024 / 1024
        } MiB; this is no CSV that can ` +
          `be loaded.`,
      );
    case "too_many_cells":
      return new LoadError(
        "bad_file",
        `${name}, line ${error.line}: the row has more than ${MOST_CELLS} fields; this is no CSV that can be loaded.`,
      );
    case "utf16":
      return new LoadError("bad_file", `${name} is in UTF-16; wanted UTF-8. Save it as "CSV UTF-8".`);
    case "compressed":
      return new LoadError("bad_file", `${name} is compressed twice; wanted a CSV inside one .gz or .zip.`);
  }
}
