// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import type { Sql } from "../../lib/db.ts";

/** How many rounds are measured: each thing once a round, in turn, so that a slow moment meets all alike. */
export const ROUNDS = Number(Deno.env.get("BENCH_ROUNDS") ?? 5);

/** The middle one of some values. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/**
 * Measures things in turn, round by round; one round before them does not count. Gives the seconds of each.
 */
export async function interleaved(
  things: Record<string, () => Promise<number>>,
  rounds = ROUNDS,
): Promise<Record<string, number[]>> {
  const seconds: Record<string, number[]> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(things)) {
      const taken = await measure();
      if (round > 0) (seconds[name] ??= []).push(taken);
    }
  }
  return seconds;
}

/** The seconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Prints a ratio and whether it holds. */
export function judge(what: string, ratio: number, most: number): boolean {
  const holds = ratio <= most;
  console.log(`  ${what}: ${ratio.toFixed(2)} (at most ${most}): ${holds ? "ok" : "MISSED"}`);
  return holds;
}

/** Prints that a ratio is at least something, and whether it holds. */
export function judgeLeast(what: string, ratio: number, least: number): boolean {
  const holds = ratio >= least;
  console.log(`  ${what}: ${ratio.toFixed(2)} (at least ${least}): ${holds ? "ok" : "MISSED"}`);
  return holds;
}

const TICKS = 100;

/** What a process has used so far. */
export interface Usage {
  /** CPU seconds of its own, and of its children that have ended. */
  cpu: number;
  childrenCpu: number;
  parent: number;
  /** The most memory it ever had resident, in MiB. */
  peakMib: number;
}

/** Reads what a process has used, from Linux' /proc. */
export async function usageOf(pid: number): Promise<Usage> {
  const { stdout } = await new Deno.Command("/bin/cat", {
    args: [`/proc/${pid}/stat`, `/proc/${pid}/status`],
    stderr: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  const fields = text.slice(text.indexOf(") ") + 2).split(" ").map(Number);
  return {
    parent: fields[1]!,
    cpu: (fields[11]! + fields[12]!) / TICKS,
    childrenCpu: (fields[13]! + fields[14]!) / TICKS,
    peakMib: Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024,
  };
}

/** CPU seconds of all backends of a server on this machine: those there are and those that have ended. */
export async function backendCpu(sql: Sql): Promise<number> {
  const rows = await sql<{ pid: number; own: boolean }[]>`
    SELECT pid, pid = pg_backend_pid() AS own FROM pg_stat_activity WHERE pid IS NOT NULL`;
  const usages = await Promise.all(rows.map(({ pid }) => usageOf(pid)));
  const own = usages[rows.findIndex(({ own }) => own)]!;
  const server = await usageOf(own.parent);
  return usages.reduce((sum, { cpu }) => sum + (cpu || 0), server.childrenCpu);
}

/** Runs a program to its end. Throws with what it said where it fails. */
export async function run(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const said = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
  return said;
}

/** Whether a program is there. */
export async function isThere(program: string): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    return false;
  }
}
