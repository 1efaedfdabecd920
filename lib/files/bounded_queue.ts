/** Why a producer is stopped whose consumer has gone away. */
const NOT_WANTED = new Error("nobody wants the rest of the rows");

/** Hands things to one consumer, in order; producers that wait for room bound how many lie in it. */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #end: { error?: unknown } | undefined;
  #abandoned = false;
  #wake = () => {};
  #room: PromiseWithResolvers<void> | undefined;

  /** @param most with so many items in it, a producer is to wait */
  constructor(readonly most: number) {}

  /**
   * Adds an item. Where a promise is returned, it resolves as soon as there is room for the next.
   *
   * @throws once the consumer has gone away
   */
  push(item: T): Promise<void> | undefined {
    if (this.#abandoned) throw NOT_WANTED;
    this.#items.push(item);
    this.#wake();
    if (this.#items.length < this.most) return undefined;
    if (!this.#room) {
      this.#room = Promise.withResolvers();
      // A producer that has nothing more to add does not wait.
      this.#room.promise.catch(() => {});
    }
    return this.#room.promise;
  }

  /** Nothing more comes: the consumer ends, or throws the error, when it has had all items. */
  end(failure?: { error: unknown }): void {
    this.#end ??= failure ?? {};
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      while (true) {
        if (this.#items.length > 0) {
          const item = this.#items.shift()!;
          if (this.#items.length < this.most) {
            this.#room?.resolve();
            this.#room = undefined;
          }
          yield item;
        } else if (this.#end) {
          if ("error" in this.#end) throw this.#end.error;
          return;
        } else {
          await new Promise<void>((resolve) => this.#wake = resolve);
        }
      }
    } finally {
      this.abandon();
    }
  }

  /** The consumer has gone away: a producer that waits, or comes again, is told so by an error. */
  abandon(): void {
    this.#abandoned = true;
    this.#room?.reject(NOT_WANTED);
  }
}
