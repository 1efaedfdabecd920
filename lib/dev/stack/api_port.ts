import { freePort } from "../embedded/index.ts";
import { StackError } from "./stack_error.ts";

/** Where the API is to listen. */
export interface ApiPort {
  port: number;
  /** The usual port, where that was taken and another one was chosen. */
  instead?: number;
}

/**
 * Chooses the API's port: the wanted one if it is free, else any.
 *
 * @param insist whether somebody asked for this very port
 * @throws {StackError} where a port that is insisted on is taken
 */
export function chooseApiPort(hostname: string, wanted: number, insist: boolean): ApiPort {
  try {
    using listener = Deno.listen({ hostname, port: wanted });
    return { port: listener.addr.port };
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      if (!insist) return { port: freePort(hostname), instead: wanted };
      throw new StackError(`Port ${wanted} of ${hostname} is taken. Set PORT to another one.`);
    }
    if (error instanceof Deno.errors.AddrNotAvailable || error instanceof Deno.errors.PermissionDenied) {
      throw new StackError(`The API cannot listen on ${hostname}:${wanted} (${error.message}).`);
    }
    throw error;
  }
}
