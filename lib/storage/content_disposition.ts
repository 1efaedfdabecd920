/**
 * The Content-Disposition header that makes a browser save a file under its name (RFC 6266).
 *
 * @throws {TypeError} for a name that would need more than quotes; no name of a stored file does
 */
export function contentDisposition(fileName: string): string {
  if (!/^[\w.-]+$/.test(fileName)) throw new TypeError(`not a file name: ${JSON.stringify(fileName)}`);
  return `attachment; filename="${fileName}"`;
}
