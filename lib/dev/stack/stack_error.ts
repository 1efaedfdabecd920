import { ProcessError } from "../../process_error.ts";

/**
 * The stack cannot be started, or one of its processes has ended; the message is for whoever ran the command.
 */
export class StackError extends ProcessError {
  override readonly name = "StackError";
}
