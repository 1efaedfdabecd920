/** Why a file could not be opened, read or written, as the end of a sentence. */
export const fileReason = (error: unknown): string =>
  error instanceof Deno.errors.NotFound
    ? "there is no such file"
    : (error as Error).message.replace(/ \(os error \d+\).*|[.\s]+$/s, "");
