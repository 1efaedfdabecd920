import type { ByteRange } from "../../lib/storage/store.ts";

/**
 * Reads the Range header of a GET (RFC 9110, section 14). Several ranges, other units and syntax errors are
 * responded to with the whole file, as the RFC allows and asks.
 *
 * @param header the header's value, where there is one that applies
 * @param size the file's bytes
 * @returns the range; "whole" for the whole file; "unsatisfiable" where it lies outside the file
 */
export function parseRange(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (!match || (from === "" && to === "")) return "whole";
  if (from === "") {
    const suffix = Number(to);
    if (suffix === 0) return "unsatisfiable";
    // Of an empty file as well, but a Content-Range could not say so.
    return size === 0 ? "whole" : { first: Math.max(0, size - suffix), last: size - 1 };
  }
  // They may have more digits than a number holds.
  if (to !== "" && BigInt(to) < BigInt(from)) return "whole";
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return first >= size ? "unsatisfiable" : { first, last };
}
