import { listenError } from "../../http/listen_error.ts";
import { EXIT } from "../../process_error.ts";
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
      throw new StackError(`Port ${wanted} of ${hostname} is taken. Set PORT to another one.`, EXIT.address);
    }
    throw listenError(error, hostname, wanted, "HOST or PORT");
  }
}
