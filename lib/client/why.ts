/**
 * Why a request came to nothing, as the end of a sentence, which never holds more of an address than its
 * host: a link to a file is a secret.
 */
export function whyOf(error: unknown): string {
  const { cause, message } = error as Error;
  const text = cause instanceof Error ? cause.message : message;
  return text.replace(/^.*client error \(\w+\): /s, "")
    .replace(/\b(https?:\/\/)([^/\s]*)\S*/g, "$1$2")
    .replace(/[.\s]+$/, "");
}
