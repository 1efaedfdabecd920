/** Why nothing of a load was taken. */
export type LoadErrorKind =
  | "wrong_usage"
  | "unreadable_file"
  | "wrong_source"
  | "bad_header"
  | "bad_file"
  | "bad_rows"
  | "conflict"
  | "not_permitted";

/** A load that was refused; nothing was changed. The message is what the user is shown, one fact a line. */
export class LoadError extends Error {
  override readonly name = "LoadError";
  constructor(readonly kind: LoadErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
