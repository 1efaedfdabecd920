import { join } from "node:path";
import { EXIT } from "../../process_error.ts";
import { StackError } from "./stack_error.ts";

/** What `demo` and `start` need and nobody has to think up. */
export interface Secrets {
  urlSigningSecret: string;
}

/**
 * The secrets kept in a folder, each made on first use, readable for their owner alone.
 *
 * @throws {StackError} where the folder belongs to another user
 */
export async function keptSecrets(folder: string): Promise<Secrets> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    return {
      urlSigningSecret: await keptSecret(join(folder, "url-signing-secret")),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new StackError(
      `${folder} belongs to another user, who ran this before. Remove it as that user, or use a copy of the project ` +
        `in a folder of your own.`,
      EXIT.refused,
      { cause: error },
    );
  }
}

async function keptSecret(path: string): Promise<string> {
  const found = await textOf(path);
  if (found !== undefined) return found;
  // Written under another name and linked: whoever finds the file finds all of it, and the first of two wins.
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, crypto.getRandomValues(new Uint8Array(32)).toHex(), {
    createNew: true,
    mode: 0o600,
  });
  try {
    await Deno.link(draft, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(draft);
  }
  return await keptSecret(path);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
