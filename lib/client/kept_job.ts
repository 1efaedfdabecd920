import { createHash } from "node:crypto";
import { replaceFile } from "../replace_file.ts";

/** What the client remembers of a job until its file is there. */
export interface KeptJob {
  idempotencyKey: string;
  jobId?: number;
}

/**
 * Where a client that is started again finds the job of the same request: a small file in the output's
 * folder.
 */
export class JobKeeper {
  readonly path: string;

  constructor(folder: string, url: string, what: unknown, output: string | undefined) {
    const digest = createHash("sha256").update(JSON.stringify([url, what, output ?? null])).digest("hex");
    this.path = `${folder}/.detached-${digest.slice(0, 16)}.json`;
  }

  /** The job that was begun; undefined where there is none, or what is there is no job. */
  async read(): Promise<KeptJob | undefined> {
    try {
      const kept = JSON.parse(await Deno.readTextFile(this.path));
      return typeof kept?.idempotencyKey === "string" ? kept : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Keeps a job; whole or not at all. */
  async write(job: KeptJob): Promise<void> {
    await replaceFile(this.path, JSON.stringify(job));
  }

  async forget(): Promise<void> {
    await Deno.remove(this.path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
