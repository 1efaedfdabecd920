/** What a task that has ended has said. */
export interface TaskOutcome {
  code: number;
  out: string;
  err: string;
}

/**
 * Runs `deno task <words>` of this project to its end, with its permissions, and nothing on standard input.
 */
export async function runTask(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<TaskOutcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...words],
    env: { NO_COLOR: "1", DATABASE_URL: "", PORT: "", ...env },
    stdin: "null",
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}
