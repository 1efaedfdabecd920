/** Whether a program is installed on this machine: where it is not, a test that needs it is to be ignored. */
export function isInstalled(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
