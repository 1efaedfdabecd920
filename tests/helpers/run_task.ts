import deno from "../../deno.json" with { type: "json" };
import { fileURLToPath } from "node:url";
import { type Outcome, runProgram } from "./run_program.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** What stands before each task's command: a look at Deno's version, by a process of its own. */
const VERSION_FIRST = "deno run -q --no-config --no-lock lib/dev/version.ts && ";

/** In the place of the program: the Deno that the tests run on, which is asked nothing but where it is. */
const DENO = `deno() { if [ "$1" = eval ]; then printf %s "$DENO"; else "$DENO" "$@"; fi; }`;

/**
 * Runs what `deno task <words>` runs to its end, with the task's own permissions: one process, where
 * `deno task` starts three or four.
 *
 * @param input what it gets on standard input; nothing unless said otherwise
 */
export async function runTask(
  words: readonly string[],
  env: Record<string, string> = {},
  input: string | Uint8Array = "",
): Promise<Outcome> {
  const [task, ...args] = words;
  const { command } = deno.tasks[task as keyof typeof deno.tasks];
  if (!command.includes(VERSION_FIRST)) throw new Error(`deno task ${task} begins otherwise: ${command}`);
  const script = `${DENO}\n${command.replace(VERSION_FIRST, "")} "$@"`;
  return await outcome("/bin/sh", ["-c", script, "sh", ...args], {
    DENO: Deno.execPath(),
    INIT_CWD: PROJECT,
    ...env,
  }, input);
}

/** Runs `deno task <words>` itself to its end, with nothing on standard input. */
export const runDenoTask = (
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> => outcome(Deno.execPath(), ["task", "--quiet", ...words], env, "");

function outcome(
  program: string,
  args: string[],
  env: Record<string, string>,
  input: string | Uint8Array,
): Promise<Outcome> {
  // Whoever runs the tests may have set these for themselves.
  const own = { NO_COLOR: "1", DATABASE_URL: "", PORT: "" };
  return runProgram(program, { args, cwd: PROJECT, env: { ...own, ...env } }, input);
}
