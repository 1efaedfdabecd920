/** What stands for a value that is no text. */
export const NOT_TEXT = "\ufffd";

/**
 * A variable of the environment; `NOT_TEXT` where its value is not UTF-8: the error that Deno has for it
 * quotes the value, which may be a secret.
 */
export function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) return NOT_TEXT;
    throw error;
  }
}

// The queue's library reads it as soon as it is imported, and would be told of it with its value.
if (variable("DATABASE_URL") === NOT_TEXT) Deno.env.set("DATABASE_URL", NOT_TEXT);
