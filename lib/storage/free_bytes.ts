import { statfs } from "node:fs/promises";

/** How large a disk is, and how much of it a user may still fill, in bytes. */
export interface DiskRoom {
  free: number;
  size: number;
}

/** The room on a folder's disk; undefined where the folder or the system cannot tell. */
export async function freeBytes(dir: string): Promise<DiskRoom | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(dir);
    return { free: bavail * bsize, size: blocks * bsize };
  } catch {
    return undefined;
  }
}
