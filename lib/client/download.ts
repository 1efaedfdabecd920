import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { ClientError, EXIT } from "./client_error.ts";
import { openPart } from "./part_file.ts";
import { whyOf } from "./why.ts";

/** What is downloaded, and into which file. */
export interface Download {
  /** Gives a link that works; asked again where one has expired. */
  link: () => Promise<string>;
  size: number;
  sha256: string;
  /** Where the bytes go until they are whole. A part that is there already is gone on with. */
  part: string;
  onProgress: (bytes: number) => void;
  /** How many seconds the other side may be away before this gives up. */
  patience: number;
}

const FIRST_PAUSE = 500, LONGEST_PAUSE = 10_000;

/**
 * Downloads a file, going on where an earlier download has stopped (RFC 9110, ranges), and compares it with
 * its size and SHA-256. A part that turns out to be damaged is fetched once more from its beginning.
 *
 * @throws {ClientError} where the file is not what it should be, or the other side stays away
 */
export async function download(wanted: Download): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const resumed = await fetchRest(wanted);
    const { size, sha256 } = await digestOf(wanted.part);
    if (size === wanted.size && sha256 === wanted.sha256) return;
    await Deno.remove(wanted.part);
    if (!resumed || attempt === 2) {
      throw new ClientError(
        `The file that came has ${size} bytes and the SHA-256 ${sha256}; it must have ${wanted.size} and ${wanted.sha256}.`,
        EXIT.damaged,
      );
    }
  }
}

/** Fetches what is missing; tells whether there was a part before. */
async function fetchRest({ link, size, part, onProgress, patience }: Download): Promise<boolean> {
  await using file = await openPart(part);
  let have = (await file.stat()).size;
  if (have > size) {
    await file.truncate(0);
    have = 0;
  }
  const resumed = have > 0;
  let url = await link();
  let away = AbortSignal.timeout(patience * 1000);
  for (
    let milliseconds = FIRST_PAUSE;
    have < size;
    milliseconds = Math.min(2 * milliseconds, LONGEST_PAUSE)
  ) {
    let why: string;
    try {
      const response = await fetch(url, { headers: have > 0 ? { Range: `bytes=${have}-` } : {} });
      if (response.ok && response.body) {
        if (response.status === 200 && have > 0) {
          await file.truncate(0);
          have = 0;
        }
        for await (const chunk of response.body) {
          for (let at = 0; at < chunk.length;) {
            at += (await file.write(chunk, at, chunk.length - at, have + at)).bytesWritten;
          }
          have += chunk.length;
          onProgress(have);
          away = AbortSignal.timeout(patience * 1000);
          milliseconds = FIRST_PAUSE;
        }
        why = "the connection was closed early";
      } else {
        await response.body?.cancel();
        why = `it responds with ${response.status}`;
        if ([403, 404, 410].includes(response.status)) url = await link();
      }
    } catch (error) {
      if (error instanceof ClientError || isAboutFiles(error)) throw error;
      why = whyOf(error);
    }
    if (have >= size) break;
    if (away.aborted) {
      throw new ClientError(
        `The file cannot be downloaded from ${new URL(url).host}: ${why}.`,
        EXIT.unreachable,
      );
    }
    await pause(milliseconds);
  }
  return resumed;
}

/**
 * Whether an error came from writing rather than from the network, where waiting would not help: a full disk,
 * say.
 */
const isAboutFiles = (error: unknown): boolean =>
  (error as { syscall?: string }).syscall === "write" || (error as { code?: string }).code === "ENOSPC";

async function digestOf(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of (await Deno.open(path)).readable) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest("hex") };
}
