import { systemFault } from "../../system_fault.ts";
import { DatabaseInUseError, EmbeddedPostgresError } from "./embedded_error.ts";

/**
 * What the processes of this folder tell the one that started them: one JSON object a line on standard
 * output.
 */
export type Message =
  | { prepared: { folder: string; version: string } }
  | { ready: { url: string } }
  | { error: string; inUse?: boolean };

/** Tells the parent process. */
export function tell(message: Message): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
}

/** Tells the parent process of an error that it can show; any other is thrown again. */
export function tellError(error: unknown): void {
  const message = error instanceof EmbeddedPostgresError ? error.message : systemFault(error);
  if (message === undefined) throw error;
  tell({ error: message, inUse: error instanceof DatabaseInUseError });
}

/** The error that a message tells of. */
export function errorIn(message: Message): EmbeddedPostgresError {
  if (!("error" in message)) throw new Error("the embedded Postgres answered out of turn");
  return message.inUse ? new DatabaseInUseError(message.error) : new EmbeddedPostgresError(message.error);
}
