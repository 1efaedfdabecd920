/**
 * Text that others wrote, fit for a terminal: control characters, and those that change the direction of
 * writing, are shown as `\u001b`; line ends and tabs remain.
 */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (found) =>
      found === "\n" || found === "\t" ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
