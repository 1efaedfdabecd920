import { ProcessError } from "../process_error.ts";

/** The exit codes of `deno task generate`, for scripts. */
export const EXIT = {
  done: 0,
  generationFailed: 1,
  refused: 2,
  notAllowed: 3,
  unreachable: 4,
  damaged: 5,
  interrupted: 130,
} as const;

/** Why the client gives up; the message is one for a person. */
export class ClientError extends ProcessError {
  override readonly name = "ClientError";

  /** @param code the service's own code of the error, where it has said one */
  constructor(message: string, exit: (typeof EXIT)[keyof typeof EXIT], readonly code?: string) {
    super(message, exit);
  }
}
