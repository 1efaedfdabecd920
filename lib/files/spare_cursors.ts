/**
 * The cursors that a process may open beyond the first of each file it writes. Who wants one and finds none
 * left goes on with what it has, so that nobody ever waits for a connection.
 */
export class SpareCursors {
  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  /** Takes one, to be given back by disposing of it; undefined where none is left. */
  take(): Disposable | undefined {
    if (this.#left === 0) return undefined;
    this.#left -= 1;
    return { [Symbol.dispose]: () => void (this.#left += 1) };
  }
}
