/** A process of this machine. */
export interface Running {
  pid: number;
  /** Its parent. */
  ppid: number;
  /** Its command line. */
  command: string;
}

/**
 * The processes whose command lines have a text in them; of this test's own choice, so that they are its own.
 */
export async function runningWith(text: string): Promise<Running[]> {
  const { stdout } = await new Deno.Command("/bin/ps", { args: ["-A", "-ww", "-o", "pid=,ppid=,args="] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, ppid, command]) => ({ pid: Number(pid), ppid: Number(ppid), command: command! }))
    .filter(({ command }) => command.includes(text));
}

/** Sends a signal to a process that this one did not start itself. */
export async function signalTo(pid: number, signal: "KILL" | "TERM" | "INT" | "QUIT"): Promise<void> {
  await new Deno.Command("/bin/kill", { args: [`-${signal}`, String(pid)] }).output();
}
