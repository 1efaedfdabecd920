import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Finished } from "./verify_jobs.ts";

/**
 * Fetches a small file through its link, unpacked. Gives what was wrong, in words that go on from its name,
 * where it cannot be had or is not what its status states.
 */
export async function fetchText({ job, status }: Finished): Promise<{ text: string } | { wrong: string }> {
  const response = await fetch(status.url);
  const stored = await response.bytes();
  if (!response.ok) return { wrong: `cannot be fetched through its link: S3 answers ${response.status}.` };
  const sha256 = createHash("sha256").update(stored).digest("hex");
  if (stored.length !== status.size || sha256 !== status.sha256) {
    return {
      wrong:
        `is not what its status states: ${stored.length} bytes, ${sha256}, instead of ${status.size}, ${status.sha256}.`,
    };
  }
  const content = job.body["compression"] === "gzip" ? gunzipSync(stored) : stored;
  return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(content) };
}
