import { DiskFile } from "./disk_file.ts";
import type { InputFile } from "./input_file.ts";
import { StandardInput } from "./standard_input.ts";

/** Standard input, as it is named on the command line. */
export const STANDARD_INPUT = "-";

/**
 * Opens a file, or standard input for `-`.
 *
 * @throws {LoadError} where it cannot be read
 */
export async function openInput(path: string): Promise<InputFile> {
  return path === STANDARD_INPUT ? new StandardInput(Deno.stdin.readable) : await DiskFile.open(path);
}
