/** What a file is called in HTTP, by the ending of its name. */
export function contentTypeOf(fileName: string): string {
  if (fileName.endsWith(".gz")) return "application/gzip";
  return `${fileName.endsWith(".csv") ? "text/csv" : "text/plain"}; charset=utf-8`;
}
