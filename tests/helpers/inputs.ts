/** Real input files, and cases with the exact files they must give, which are not part of the project. */

/** The folder of inputs that `TEST_INPUTS` names; undefined where there is none. */
const FOLDER: string | undefined = Deno.env.get("TEST_INPUTS") || undefined;

// Without this, a slip of the pen would have all of them ignored.
if (FOLDER && !isThere(FOLDER)) throw new Error(`TEST_INPUTS is ${FOLDER}, and there is no such folder.`);

/** An input's path, where it would be if there is no such folder. */
export const inputPath = (name: string): string => `${FOLDER ?? "TEST_INPUTS"}/${name}`;

/** Whether some inputs are not here: a test that needs them is then to be ignored. */
export const lacksInputs = (...names: string[]): boolean =>
  names.some((name) => !FOLDER || !isThere(`${FOLDER}/${name}`));

/** What the name of a test that needs inputs ends in. */
export const NEEDS_INPUTS = "(needs TEST_INPUTS)";

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
