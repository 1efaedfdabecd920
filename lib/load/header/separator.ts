const SEPARATORS = [";", "\t", "|"];

/**
 * A sentence for a header that seems to be separated by something else than it may be, or that is none but a
 * line for Excel.
 *
 * @param wanted by what it may be, in words
 */
export function otherSeparator(header: readonly string[], wanted: string): string | null {
  // `sep=,` comes as two cells.
  const [, separatedBy] = /^sep=(.?)$/is.exec(header[0] ?? "") ?? [];
  if (separatedBy !== undefined) {
    const others = SEPARATORS.includes(separatedBy) ? `, separated by ${wanted}` : "";
    return `Its first line, "sep=…", is for Excel alone: remove it; wanted the header there${others}.`;
  }
  const separator = SEPARATORS.find((letter) => header.every((cell) => cell.split(letter).length > 2));
  return separator
    ? `Its fields seem to be separated by ${JSON.stringify(separator)}; wanted ${wanted}.`
    : null;
}
