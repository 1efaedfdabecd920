import type { Wire } from "./dial.ts";

/** After how long a connection on which nothing comes is looked into, and how soon again. */
export interface Patience {
  firstMilliseconds: number;
  againMilliseconds: number;
}

const PATIENCE: Patience = { firstMilliseconds: 10_000, againMilliseconds: 5_000 };
/** So many times it must be found dead: a response may be on its way. */
const FINDINGS = 2;
const MOST_PAUSE_MILLISECONDS = 1000;

/** Whether a server's process is at work for the connection that has it. */
export type IsAtWork = (process: number, wire: Wire) => Promise<boolean>;

/** A connection that is watched. */
export interface Watched {
  wire: Wire;
  /** Whether the server owes a response. */
  isWaiting(): boolean;
  /** The server's process that it leads to (BackendKeyData); nothing while that is not known. */
  process(): number | null | undefined;
  /** Without it a statement that takes long is given up as well. */
  isAtWork?: IsAtWork | undefined;
  patience?: Patience | undefined;
}

/** A connection on which nothing comes any more, though nobody has ended it. */
class ConnectionSilent extends Error {
  override readonly name = "ConnectionSilent";
  readonly code = "ETIMEDOUT";
}

/**
 * Gives a connection up that has died without a word, as when a machine is gone or a firewall between has
 * forgotten it: the system would notice after a quarter of an hour. A statement may take as long as it needs:
 * the server is asked whether it is still at it.
 */
export function watchSilence({ wire, isWaiting, process, isAtWork, patience = PATIENCE }: Watched): void {
  const { firstMilliseconds, againMilliseconds } = patience;
  let hasSpoken = false;
  let lookAt = performance.now() + firstMilliseconds;
  let findings = 0;
  let isAsking = false;
  const emit: Wire["emit"] = wire.emit.bind(wire);
  wire.emit = (event: string, ...args: unknown[]) => {
    hasSpoken ||= event === "data";
    return emit(event, ...args);
  };
  const isWell = () => {
    hasSpoken = false;
    findings = 0;
    lookAt = performance.now() + firstMilliseconds;
  };
  const look = async () => {
    if (isAsking) return;
    if (hasSpoken || !isWaiting()) return isWell();
    const backend = process();
    if (!backend || performance.now() < lookAt) return;
    isAsking = true;
    const works = await isAtWork?.(backend, wire);
    isAsking = false;
    if (works || hasSpoken) return isWell();
    findings += 1;
    lookAt = performance.now() + againMilliseconds;
    if (findings === FINDINGS) {
      wire.destroy(new ConnectionSilent("the server does not respond, and is not at work"));
    }
  };
  const pause = Math.min(MOST_PAUSE_MILLISECONDS, firstMilliseconds / 2);
  const timer = setInterval(() => void look(), pause);
  Deno.unrefTimer(timer);
  wire.once("close", () => clearInterval(timer));
}
