/**
 * A sentence for a header that seems to be separated by something else than it may be.
 *
 * @param wanted by what it may be, in words
 */
export function otherSeparator(header: readonly string[], wanted: string): string | null {
  const separator = [";", "\t", "|"].find((letter) => header.every((cell) => cell.split(letter).length > 2));
  return separator
    ? `Its fields seem to be separated by ${JSON.stringify(separator)}; wanted ${wanted}.`
    : null;
}
