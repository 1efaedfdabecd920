/** What a process ends with (`docs/operations.md`, "Exit codes"). */
export const EXIT = {
  done: 0,
  /** What was asked for was refused, or could not be done. */
  refused: 1,
  /** Wrong arguments, or a wrong setting. */
  usage: 2,
  /** The database cannot be reached, does not let this process in, or does not fit this release. */
  database: 3,
  /** The address cannot be listened on: taken, not this machine's, or not allowed. */
  address: 4,
} as const;

/** Why a process ends early; the message is a sentence for whoever has started it. */
export class ProcessError extends Error {
  override readonly name: string = "ProcessError";

  constructor(message: string, readonly exit: number = EXIT.refused, options?: ErrorOptions) {
    super(message, options);
  }
}

/** A command line that is wrong. */
export class UsageError extends ProcessError {
  override readonly name = "UsageError";

  constructor(message: string) {
    super(message, EXIT.usage);
  }
}
