import { basename } from "node:path";
import { fileReason } from "../file_reason.ts";
import { ClientError, EXIT } from "./client_error.ts";

const READ_BYTES = 256 << 10;

/** What an upload is made of. */
export interface UploadFormOptions {
  /** The form's text fields. */
  fields: Record<string, string>;
  /** The file that is sent behind them. */
  path: string;
  /** Told how many of the file's bytes have been sent. */
  onProgress: (bytes: number) => void;
}

/** A form with a file (`multipart/form-data`, RFC 7578), which is read as it is sent. */
export class UploadForm {
  readonly #boundary = `----${crypto.randomUUID()}`;

  constructor(readonly options: UploadFormOptions) {}

  get contentType(): string {
    return `multipart/form-data; boundary=${this.#boundary}`;
  }

  /** Its bytes, from the beginning, each time. */
  open(): ReadableStream<Uint8Array> {
    return ReadableStream.from(this.#bytes());
  }

  async *#bytes(): AsyncGenerator<Uint8Array> {
    const { fields, path, onProgress } = this.options;
    const text = new TextEncoder();
    const line = `--${this.#boundary}`;
    const parts = Object.entries(fields).map(([name, value]) =>
      `${line}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    );
    yield text.encode(
      `${parts.join("")}${line}\r\nContent-Disposition: form-data; name="file"; filename="${
        quoted(basename(path))
      }"` +
        "\r\nContent-Type: text/csv\r\n\r\n",
    );
    using file = await openUpload(path);
    let sent = 0;
    while (true) {
      const buffer = new Uint8Array(READ_BYTES);
      const count = await file.read(buffer);
      if (count === null) break;
      yield buffer.subarray(0, count);
      onProgress(sent += count);
    }
    yield text.encode(`\r\n${line}--\r\n`);
  }
}

/** A name between quotes, as browsers write it. */
const quoted = (name: string): string =>
  name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

async function openUpload(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Looks at a file that is to be sent.
 *
 * @throws {ClientError} where there is none that can be read
 */
export async function lookAtUpload(path: string): Promise<{ size: number; modifiedAt: number }> {
  try {
    const { isFile, size, mtime } = await Deno.stat(path);
    if (isFile) {
      // A pipe would wait for whoever writes into it, and nobody may.
      using _ = await Deno.open(path);
      return { size, modifiedAt: mtime?.getTime() ?? 0 };
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new ClientError(`${path} is no file: name the File C or the File A with --file.`, EXIT.refused);
}

const unreadable = (path: string, error: unknown): ClientError =>
  new ClientError(`The file ${path} cannot be read: ${fileReason(error)}.`, EXIT.refused);
