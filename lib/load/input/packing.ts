import { LoadError } from "../load_error.ts";

/** How a file is packed. */
export type Packing = "plain" | "gzip" | "zip";

const OTHERS: [name: string, start: number[]][] = [
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58]],
  ["Zstandard", [0x28, 0xb5, 0x2f, 0xfd]],
  ["7-Zip", [0x37, 0x7a, 0xbc, 0xaf]],
  ["compress (.Z)", [0x1f, 0x9d]],
  ["RAR", [0x52, 0x61, 0x72, 0x21]],
];

/** The start of what Excel saved until 2003. */
const OLD_WORKBOOK = [0xd0, 0xcf, 0x11, 0xe0];

/** The refusal of a workbook. */
export const excelWorkbook = (name: string): LoadError =>
  new LoadError("unreadable_file", `${name} is an Excel workbook; wanted a CSV. Save it as "CSV UTF-8".`);

/**
 * How a file is packed, by its first four bytes.
 *
 * @throws {LoadError} where it is packed in a way that is not supported
 */
export function packingOf(name: string, start: Uint8Array): Packing {
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  if (OLD_WORKBOOK.every((byte, i) => byte === start[i])) throw excelWorkbook(name);
  // "PK": a member's header, or the end record of an empty or a split archive.
  if (start[0] === 0x50 && start[1] === 0x4b && start[2]! <= 7 && start[3]! <= 8) return "zip";
  const other = OTHERS.find(([, bytes]) => bytes.every((byte, i) => byte === start[i]));
  if (!other) return "plain";
  throw new LoadError(
    "unreadable_file",
    `${name} is packed by ${
      other[0]
    }, which is not supported; wanted a plain CSV, .gz or .zip. Unpack it, and load the CSV.`,
  );
}
