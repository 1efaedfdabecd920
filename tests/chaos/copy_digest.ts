import { createHash } from "node:crypto";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { boundCopy } from "../helpers/copy.ts";
import { copyOut } from "../helpers/copy_out.ts";
import type { Body } from "./requests.ts";

/** What a file must be: its records, and the bytes of header and records, uncompressed. */
export interface Digest {
  rows: number;
  bytes: number;
  /** SHA-256, hexadecimal. */
  sha256: string;
}

/** What Postgres' own `COPY` makes, just now, of the query of a request: the judge of a file. */
export async function copyDigest(databaseUrl: string, body: Body): Promise<Digest> {
  const request = requestBody.parse(body);
  const contents = fileTypeOf(request.file_type).contents(request);
  const header = contents.header.map((cell) => `'${cell.replaceAll("'", "''")}'`).join(", ");
  const hash = createHash("sha256");
  let bytes = 0;
  const add = (chunk: Uint8Array) => {
    hash.update(chunk);
    bytes += chunk.length;
  };
  const form = `(FORMAT csv, DELIMITER '${contents.delimiter}')`;
  await copyOut(databaseUrl, `COPY (SELECT ${header}) TO STDOUT ${form}`, add);
  const rows = await copyOut(databaseUrl, boundCopy(contents), add);
  return { rows, bytes, sha256: hash.digest("hex") };
}
