import { createHash } from "node:crypto";
import { ClientError, EXIT } from "./client_error.ts";

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

/**
 * Downloads a file, going on where an earlier download has stopped (RFC 9110, ranges), and compares it with its size and
 * SHA-256. A part that turns out to be damaged is fetched once more from its beginning.
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
  using file = await Deno.open(part, { create: true, write: true, read: true });
  let have = (await file.stat()).size;
  if (have > size) {
    await file.truncate(0);
    have = 0;
  }
  const resumed = have > 0;
  let url = await link();
  let deadline = performance.now() + patience * 1000;
  for (let pause = 500; have < size; pause = Math.min(2 * pause, 10_000)) {
    try {
      const answer = await fetch(url, { headers: have > 0 ? { Range: `bytes=${have}-` } : {} });
      if (answer.status === 403 || answer.status === 404 || answer.status === 410) url = await link();
      if (!answer.ok || !answer.body) {
        await answer.body?.cancel();
        throw new Error(`it answers with ${answer.status}`);
      }
      if (answer.status === 200 && have > 0) {
        await file.truncate(0);
        have = 0;
      }
      await file.seek(have, Deno.SeekMode.Start);
      for await (const chunk of answer.body) {
        for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
        have += chunk.length;
        onProgress(have);
        deadline = performance.now() + patience * 1000;
        pause = 500;
      }
    } catch (error) {
      if (error instanceof ClientError) throw error;
      if (performance.now() > deadline) {
        throw new ClientError(
          `The file cannot be downloaded: ${(error as Error).message}.`,
          EXIT.unreachable,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return resumed;
}

async function digestOf(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of (await Deno.open(path)).readable) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest("hex") };
}
