/** How a file is packed. */
export type Packing = "plain" | "gzip" | "zip";

/** How a file is packed, by its first four bytes. */
export function packingOf(start: Uint8Array): Packing {
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  // "PK": a member's header, or the end record of an empty or a split archive.
  if (start[0] === 0x50 && start[1] === 0x4b && start[2]! <= 7 && start[3]! <= 8) return "zip";
  return "plain";
}
