/** What a program that has ended has said. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/**
 * Runs a program to its end.
 *
 * @param input what it gets on standard input; nothing unless said otherwise
 */
export async function runProgram(
  program: string,
  options: Pick<Deno.CommandOptions, "args" | "cwd" | "env">,
  input: string | Uint8Array = "",
): Promise<Outcome> {
  const child = new Deno.Command(program, {
    ...options,
    stdin: input.length > 0 ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input.length > 0) {
    const writer = child.stdin.getWriter();
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}
