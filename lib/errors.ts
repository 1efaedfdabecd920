import { catalogue } from "./error_catalogue.ts";

/** The code of an error in the catalogue. */
export type ErrorCode = keyof typeof catalogue;

type Parameters<Code extends ErrorCode> = (typeof catalogue)[Code]["sentence"] extends () => string ? []
  : (typeof catalogue)[Code]["sentence"] extends (parameters: infer P) => string ? [parameters: P]
  : never;

/** An error of the catalogue, with its parameters filled in; `message` is safe to show to a user. */
export class ServiceError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "ServiceError";
  readonly code: Code;
  readonly parameters: Parameters<Code>[0];

  /**
   * @param code the entry of the catalogue
   * @param args its parameters, where it has any, then `{ cause }` for the log
   */
  constructor(code: Code, ...args: [...Parameters<Code>, options?: ErrorOptions]) {
    const sentence = catalogue[code].sentence as (parameters?: unknown) => string;
    const takesParameters = sentence.length > 0;
    super(sentence(args[0]), (takesParameters ? args[1] : args[0]) as ErrorOptions | undefined);
    this.code = code;
    this.parameters = (takesParameters ? args[0] : undefined) as Parameters<Code>[0];
  }

  /** The HTTP status of the catalogue. */
  get status(): (typeof catalogue)[Code]["status"] {
    return catalogue[this.code].status;
  }

  /** Whether the same request may succeed later without being changed. */
  get retryable(): boolean {
    return catalogue[this.code].retryable;
  }
}
