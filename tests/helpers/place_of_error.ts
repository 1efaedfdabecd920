/** Where an error happens that this throws: a module of its own, for Deno knows the main module's places. */
export function placeOfError(): string {
  const reason = Math.random() > 2 || Math.random() < 2 ? "thrown" : "not thrown";
  const error: Error = new Error(`It was ${reason}.`);
  if (error.stack === undefined || error.stack.length === 0) return "";
  return error.stack.split("\n")[1]!.trim();
}
