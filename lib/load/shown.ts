// Blanks that look like one that is typed, and characters that look like none: what is wrong with a text is
// often that.
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;

const visible = (text: string): string =>
  text.replace(UNSEEN, (found) => `\\u${found.codePointAt(0)!.toString(16).padStart(4, "0")}`);

/**
 * A value as it is shown in a message: quoted, characters escaped that nobody would see, cut after 60
 * characters.
 */
export function shown(value: string): string {
  return visible(JSON.stringify(cut(value, 60)));
}

/**
 * A name that a file gives, such as a column's, as it is shown in a message: on one line, characters escaped
 * that nobody would see, cut after 100 characters.
 */
export const shownName = (name: string): string => visible(cut(name, 100).replace(/[\r\n\t]/g, " "));

/** `a, b and c`, the rest counted after the first 10. */
export function listed(names: readonly string[]): string {
  if (names.length > 10) {
    return `${names.slice(0, 10).map(shownName).join(", ")} and ${names.length - 10} more`;
  }
  const shown = names.map(shownName);
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

const cut = (text: string, most: number) => text.length > most ? `${text.slice(0, most)}…` : text;
