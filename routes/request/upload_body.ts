import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { ServiceError } from "../../lib/errors.ts";
import { liftBodyLimit } from "../../lib/http/body_deadline.ts";
import { unlessAborted } from "../../lib/unless_aborted.ts";
import { requirePlainBody } from "./plain_body.ts";

/** How long a client may send nothing of an upload. */
export const MOST_SILENT_SECONDS = 60;

/** What a form may have besides its file: its fields, and the lines between them. */
const BESIDES_FILE_BYTES = 64 << 10;

const FORM_TYPE = /^multipart\/form-data[ \t]*(;|$)/i;

/**
 * Makes sure, before anything of it is read, that a request's body may be an upload.
 *
 * @returns its Content-Type
 * @throws {ServiceError} `wrong_content_type`, `wrong_content_encoding`, `body_too_large`
 */
export function requireUpload(c: Context, maxFileBytes: number): string {
  const found = c.req.header("Content-Type");
  if (!found || !FORM_TYPE.test(found)) {
    throw new ServiceError("wrong_content_type", { found, wanted: "multipart/form-data" });
  }
  requirePlainBody(c);
  const stated = c.req.header("Transfer-Encoding") ? 0 : Number(c.req.header("Content-Length") ?? 0);
  if (stated > maxFileBytes + BESIDES_FILE_BYTES) {
    throw new ServiceError("body_too_large", { limit: maxFileBytes });
  }
  return found;
}

/** Who reads a request's body; nobody else may then. */
const readers = new WeakMap<Request, ReadableStreamDefaultReader<Uint8Array>>();

/**
 * Reads the body of a request as it comes, however long it takes, as long as it does not stand still while it
 * is waited for.
 *
 * @throws {ServiceError} `upload_stalled`, `client_gone`
 */
export async function* bodyAsItComes(
  c: Context,
  silentSeconds = MOST_SILENT_SECONDS,
): AsyncGenerator<Uint8Array> {
  liftBodyLimit((c.env as Partial<HttpBindings> | undefined)?.incoming);
  // Left to the server where it is not read to its end: ending it here would end the connection before the
  // response.
  const reader = c.req.raw.body?.getReader();
  if (!reader) return;
  readers.set(c.req.raw, reader);
  while (true) {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new ServiceError("upload_stalled", { seconds: silentSeconds })),
      silentSeconds * 1000,
    );
    try {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) return;
      yield value;
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      // Whatever it is called, it is the client that has gone.
      throw new ServiceError("client_gone", { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** How long what a refused client goes on sending is thrown away. */
const MOST_UNHEARD_MILLISECONDS = 15_000;

/**
 * Throws away what still comes of a refused upload: not every client looks for a response before it has sent
 * all. Waits for it where the response will end the connection, since such a client would be told of the end
 * only, and never see why.
 */
export async function letItBeSent(c: Context): Promise<void> {
  const reader = readers.get(c.req.raw);
  if (!reader) return;
  const thrownAway = throwAway(reader);
  if (/\bclose\b/i.test(c.req.header("Connection") ?? "")) await thrownAway;
}

async function throwAway(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), MOST_UNHEARD_MILLISECONDS);
  try {
    while (!(await unlessAborted(reader.read(), over.signal)).done);
  } catch {
    // It has hung up, or goes on for too long.
  } finally {
    clearTimeout(timer);
  }
}
