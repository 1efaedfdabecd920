import { dirname } from "node:path";
import { ClientError, EXIT } from "./client_error.ts";

/** @throws {ClientError} where a path is taken, or is no place for a file */
export async function refuseOutput(path: string, force: boolean): Promise<void> {
  const found = await lookAt(path);
  if (found?.isDirectory) throw new ClientError(`${path} is a folder: name a file in it.`, EXIT.refused);
  if (found && !force) throw new ClientError(`${path} is there already; --force replaces it.`, EXIT.refused);
  if (!found && !await lookAt(dirname(path))) {
    throw new ClientError(`There is no folder ${dirname(path)}.`, EXIT.refused);
  }
}

/** @throws {ClientError} where a path's ending would say that a gzip file is none, or the other way round */
export function refuseWrongEnding(path: string, fileName: string): void {
  const isGzip = (name: string) => name.toLowerCase().endsWith(".gz");
  if (isGzip(path) === isGzip(fileName)) return;
  throw new ClientError(
    isGzip(fileName)
      ? `The file is a gzip file: give it a name that ends in .gz, such as ${path}.gz.`
      : `The file is no gzip file, which ${path} would say: ask for one with --gzip, or give it another name.`,
    EXIT.refused,
  );
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
