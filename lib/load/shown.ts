/** A value as it is shown in a message: quoted, control characters escaped, cut after 60 characters. */
export function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

/** `a, b and c`, the rest counted after the first 10. */
export function listed(names: readonly string[]): string {
  if (names.length > 10) return `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
