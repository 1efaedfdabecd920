import type { State } from "../../lib/generations/status.ts";

const STATES: Record<State, string> = {
  queued: "waiting for its turn",
  running: "being written",
  finished: "finished",
  failed: "failed",
  cancelled: "cancelled",
};

/** A number, for a person. */
export const number = (value: number): string => value.toLocaleString("en-US");

/** How many bytes, for a person. */
export function sizeOf(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${step === 0 ? number(bytes) : (bytes / 1000 ** step).toFixed(1)} ${units[step]}`;
}

/** A job's state, in words. */
export const stateWords = (state: State): string => STATES[state];
