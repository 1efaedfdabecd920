/** The stack cannot be started, or one of its processes has ended; the message is for whoever ran the command. */
export class StackError extends Error {
  override readonly name = "StackError";
}
