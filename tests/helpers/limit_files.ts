/** For `limitFiles`: two more than the process has open. */
export const HARDLY_ANY = "len(os.listdir(f'/proc/{pid}/fd')) + 2";

/** Sets how many files a process may have open, by an expression of Python's. Gives what it was before. */
export async function limitFiles(pid: number, most: string): Promise<string> {
  const script = `import os, resource
pid = ${pid}
soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
resource.prlimit(pid, resource.RLIMIT_NOFILE, (${most}, hard))
print(soft)`;
  const { stdout, success, stderr } = await new Deno.Command("/usr/bin/python3", { args: ["-c", script] })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}
