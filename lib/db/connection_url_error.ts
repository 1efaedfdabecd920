/**
 * A URL that cannot be read, or asks for what cannot be done. The message goes on from the setting's name,
 * without any value.
 */
export class ConnectionUrlError extends Error {
  override readonly name = "ConnectionUrlError";
}
