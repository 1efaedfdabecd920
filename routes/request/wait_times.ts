/** How long responses are held and streams are silent; `WAIT_TIMES` but in tests. */
export interface WaitTimes {
  /** The longest that a response is held (`Prefer: wait`). */
  mostSeconds: number;
  /** A stream of events that has been silent for so long gets a comment. */
  commentMilliseconds: number;
  /** A stream on which nothing has happened for so long is ended; who still cares opens another. */
  idleMilliseconds: number;
  /** Who has not taken an event after so long is not reading. */
  takeMilliseconds: number;
}

/**
 * Proxies, nginx among them, give up after a minute without a byte by default: a response comes before that,
 * and a comment several times in it, so that nobody takes a stream for dead.
 */
export const WAIT_TIMES: WaitTimes = {
  mostSeconds: 50,
  commentMilliseconds: 15_000,
  idleMilliseconds: 120_000,
  takeMilliseconds: 30_000,
};
