/** A moment, for a person: the day and the minute, UTC. */
export function Moment({ at }: { at: Date }) {
  return <time datetime={at.toISOString()}>{momentOf(at)}</time>;
}

/** A moment in words: "Nov 26, 2026, 15:47 UTC". */
export const momentOf = (at: Date): string => `${dayOf(at)}, ${at.toISOString().slice(11, 16)} UTC`;

/** The day of a moment in words, UTC. */
export const dayOf = (at: Date): string =>
  at.toLocaleDateString("en-US", { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });

/** How long something takes, in words, as exactly as anybody wants to know. */
export function durationOf(seconds: number): string {
  if (seconds < 1.5) return "1 second";
  if (seconds < 90) return `${Math.round(seconds)} seconds`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return `${Math.round(seconds / 3600)} hours`;
}
