import { basename } from "node:path";
import { ClientError, EXIT } from "./client_error.ts";

/**
 * A file's own name, as its link has it: never more than a name, whatever the link says.
 *
 * @throws {ClientError} where it has no usable one
 */
export function fileNameIn(link: string): string {
  const name = basename(decodeURIComponent(new URL(link).pathname));
  if (!/^[\w-][\w.-]*$/.test(name)) {
    throw new ClientError("The file has no usable name: say one with -o.", EXIT.refused);
  }
  return name;
}
