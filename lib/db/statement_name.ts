const names = new Map<string, string>();

/** The name under which the server keeps a statement: the same text has the same one on every connection. */
export function statementName(text: string): string {
  const name = names.get(text) ?? `statement_${names.size}`;
  names.set(text, name);
  return name;
}
