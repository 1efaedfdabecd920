import { variable } from "../../environment.ts";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Resolves when whatever started this process is gone without having stopped it: its parent (`deno task`) was
 * killed, or `npx deno task …` was, which passes a SIGTERM on to nobody but a shell in between.
 *
 * @param signal ends the watching; the promise then stays pending
 */
export async function launcherGone(signal: AbortSignal): Promise<void> {
  const parent = Deno.ppid;
  // Set by npx for whatever it runs.
  const chain = variable("npm_command") === "exec" ? await npxChain(parent) : [];
  while (chain && !signal.aborted) {
    if (Deno.ppid !== parent) return;
    for (const { pid, ppid } of chain) {
      if ((await lookAt(pid))?.ppid !== ppid) return;
    }
    await pause(1000, undefined, { ref: false });
  }
  return signal.aborted ? new Promise(() => {}) : undefined;
}

interface Process {
  pid: number;
  ppid: number;
  command: string;
}

/** The processes between this one and npx (`npm exec`); `undefined` where npx is gone already. */
async function npxChain(parent: number): Promise<Process[] | undefined> {
  const chain: Process[] = [];
  for (let pid = parent; pid > 1;) {
    const process = await lookAt(pid);
    if (!process) return undefined;
    if (/^(npm exec|npx)/.test(process.command)) return chain;
    chain.push(process);
    pid = process.ppid;
  }
  return undefined;
}

/** Asks the system for a process; `undefined` where there is none, or it cannot be asked. */
async function lookAt(pid: number): Promise<Process | undefined> {
  try {
    if (Deno.build.os === "linux") {
      // pid (command) state ppid …, see proc(5); Deno itself lets only --allow-all look in there.
      const [, command, ppid] = /\((.*)\) \S (\d+)/s.exec(await run("/bin/cat", [`/proc/${pid}/stat`])) ?? [];
      return command === undefined ? undefined : { pid, ppid: Number(ppid), command };
    }
    const [, ppid, command] = /^\s*(\d+) (.*)/.exec(
      await run("/bin/ps", ["-o", "ppid=,command=", "-p", String(pid)]),
    ) ?? [];
    return command === undefined ? undefined : { pid, ppid: Number(ppid), command };
  } catch {
    return undefined;
  }
}

async function run(program: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, stdin: "null", stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}
