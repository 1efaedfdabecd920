import { EXIT, ProcessError } from "../process_error.ts";
import { bracketed } from "./address.ts";

/** What the system says of an address that cannot be listened on, in words. */
const REASONS: Record<string, (port: number) => string> = {
  EADDRINUSE: () => "another process listens there",
  EADDRNOTAVAIL: () => "this machine has no such address",
  // What Deno's node:net says of the same.
  EINVAL: () => "this machine has no such address",
  ENOTFOUND: () => "there is no such name or address",
  EAI_AGAIN: () => "there is no such name or address",
  EACCES: (port) => port < 1024 ? "ports below 1024 are the administrator's" : "it is not allowed",
};

/**
 * The error that says why a process cannot listen, in a sentence.
 *
 * @param settings the variables that say where, such as `HOST and PORT`
 * @returns the error as it is where it is about something else
 */
export function listenError(error: unknown, hostname: string, port: number, settings: string): unknown {
  const { code, message = "" } = error as { code?: string; message?: string };
  // Deno's own functions have no code for a name that cannot be looked up.
  const reason = REASONS[code ?? (message.startsWith("failed to lookup address") ? "ENOTFOUND" : "")];
  if (!reason) return error;
  const address = `${bracketed(hostname)}:${port}`;
  return new ProcessError(
    `Nothing can listen on ${address}: ${reason(port)}. Set ${settings} to another one.`,
    EXIT.address,
    {
      cause: error,
    },
  );
}
