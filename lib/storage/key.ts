const KEY = /^[0-9A-Za-z][0-9A-Za-z._-]{0,199}(\/[0-9A-Za-z][0-9A-Za-z._-]{0,199}){0,7}$/;

/**
 * Makes sure that a key is safe as a path and in a URL: segments of letters, digits, dots, dashes and
 * underscores, none of which begins with a dot. Every key this service makes is.
 *
 * @throws {TypeError} where it is not
 */
export function requireSafeKey(key: string): string {
  if (!KEY.test(key)) throw new TypeError(`not a storage key: ${JSON.stringify(key.slice(0, 200))}`);
  return key;
}

/** Whether a text is a key that this service could have made. */
export const isSafeKey = (text: string): boolean => KEY.test(text);
