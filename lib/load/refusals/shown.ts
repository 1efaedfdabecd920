/** A value as it is shown in a message: quoted, control characters escaped, cut after 60 characters. */
export function shown(value: string): string {
  return JSON.stringify(cut(value, 60));
}

/**
 * A name that a file gives, such as a column's, as it is shown in a message: on one line, cut after 100
 * characters.
 */
export const shownName = (name: string): string => cut(name, 100).replace(/[\r\n\t]/g, " ");

/** `a, b and c`, the rest counted after the first 10. */
export function listed(names: readonly string[]): string {
  if (names.length > 10) {
    return `${names.slice(0, 10).map(shownName).join(", ")} and ${names.length - 10} more`;
  }
  const shown = names.map(shownName);
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

const cut = (text: string, most: number) => text.length > most ? `${text.slice(0, most)}…` : text;
