import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { ServiceError } from "../../lib/errors.ts";
import { unlessAborted } from "../../lib/unless_aborted.ts";

/** What a form may hold; whatever exceeds it is refused. */
const LIMITS = {
  fieldNameSize: 100,
  fieldSize: 1000,
  fields: 20,
  files: 1,
  parts: 21,
  headerPairs: 20,
  headerSize: 8 << 10,
};

/** A file that a form holds, as it comes. */
export interface FormFile {
  /** The field's name. */
  field: string;
  /** What its sender calls it, without folders; empty where nothing. */
  name: string;
  content: AsyncIterable<Uint8Array>;
}

/** The text fields of a form, by name. */
export type FormFields = Record<string, string>;

/** How a form is read. */
export interface FormReader {
  /** The request's Content-Type, with the boundary in it. */
  contentType: string;
  body: AsyncIterable<Uint8Array>;
  /** The most bytes of its file. */
  maxFileBytes: number;
  /**
   * Takes its file, to its end; what comes of the form besides waits for that.
   *
   * @param fields those that came before it
   */
  onFile(file: FormFile, fields: FormFields): Promise<void>;
}

/**
 * Reads a form (`multipart/form-data`, RFC 7578) of text fields and one file as it comes, in whatever order.
 * Never more of it is in memory than has just come.
 *
 * @returns its text fields
 * @throws {ServiceError} `malformed_upload`, `body_too_large`; `invalid_request` where it holds more than it
 * may; and whatever `onFile` throws, at once
 */
export async function readForm({ contentType, body, maxFileBytes, onFile }: FormReader): Promise<FormFields> {
  const parser = openParser(contentType, maxFileBytes);
  const fields: FormFields = Object.create(null);
  const done = Promise.withResolvers<void>();
  const failed = new AbortController();
  const fail = (error: unknown) => failed.abort(error);
  let taken: Promise<void> = Promise.resolve();
  let endFile = (_error: Error) => {};

  parser.on("field", (name, value, _isNameCut, isCut) => {
    if (name in fields) fail(wrongField(name, `${name} is there twice; send it once.`));
    else if (isCut) fail(wrongField(name, `${name} is longer than ${LIMITS.fieldSize} bytes.`));
    else fields[name] = value;
  });
  parser.on("file", (field, content, name) => {
    content.on("limit", () => fail(new ServiceError("body_too_large", { limit: maxFileBytes })));
    // What is wrong with it is said of the form as well.
    content.on("error", () => {});
    endFile = (error) => void content.destroy(error);
    // Bytes without a name come as a file, whatever its type says.
    taken = onFile({ field, name: name ?? "", content }, fields);
    taken.catch(fail);
  });
  parser.on("filesLimit", () => fail(wrongField("file", "The form holds more than one file; send one.")));
  for (const limit of ["fieldsLimit", "partsLimit"] as const) {
    parser.on(limit, () => fail(wrongField("", `The form holds more than ${LIMITS.fields} fields.`)));
  }
  parser.on("error", (cause) => fail(new ServiceError("malformed_upload", { cause })));
  parser.on("finish", () => done.resolve());

  try {
    for await (const bytes of body) {
      const isReady = parser.write(bytes);
      failed.signal.throwIfAborted();
      if (!isReady) await unlessAborted(drained(parser), failed.signal);
      failed.signal.throwIfAborted();
    }
    parser.end();
    await unlessAborted(done.promise, failed.signal);
    await unlessAborted(taken, failed.signal);
    failed.signal.throwIfAborted();
    return fields;
  } catch (error) {
    parser.destroy();
    endFile(error as Error);
    // Nobody is at the file any more when this is over.
    await taken.catch(() => {});
    throw error;
  }
}

function openParser(contentType: string, fileSize: number): BusboyInstance {
  try {
    return new Busboy({ headers: { "content-type": contentType }, limits: { ...LIMITS, fileSize } });
  } catch (cause) {
    throw new ServiceError("malformed_upload", { cause });
  }
}

const drained = (parser: BusboyInstance): Promise<void> =>
  new Promise((resolve) => parser.once("drain", resolve));

/** What is wrong with a field of a form. */
export const wrongField = (field: string, message: string): ServiceError =>
  new ServiceError("invalid_request", { issues: [{ field, message }] });
