// @ts-types="@types/pg-copy-streams"
import { type CopyStreamQuery, from } from "pg-copy-streams";
import type { Session } from "../db.ts";

// How many bytes may wait to be sent. Less, and the reading of the next rows and Postgres's work on these
// take turns instead of going on side by side.
const MOST_WAITING = 4 * 1024 * 1024;

/**
 * One `COPY … FROM STDIN`. Exactly one of `finish` and `abort` ends it; until then the session takes no other
 * query.
 *
 * An error of Postgres rejects the call that meets it, which may be one later than the bytes it is about.
 */
export class CopyIn {
  readonly #stream: CopyStreamQuery;
  readonly #ended: Promise<void>;
  #error: Error | null = null;
  #waiting = 0;
  #isOver = false;
  /** Wakes a `write` that waits for room. */
  #wake: () => void = () => {};

  constructor(session: Session, statement: string) {
    this.#stream = session.query(from(statement));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    const end = () => {
      this.#isOver = true;
      this.#wake();
      resolve();
    };
    this.#stream.once("finish", end);
    this.#stream.once("close", end);
    this.#stream.on("error", (error) => {
      this.#error ??= error;
      end();
    });
  }

  /**
   * Takes over the bytes (the caller must not change them afterwards); resolves when it is ready for more.
   */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#error) throw this.#error;
    this.#waiting += bytes.length;
    this.#stream.write(bytes, () => {
      this.#waiting -= bytes.length;
      this.#wake();
    });
    while (this.#waiting > MOST_WAITING && !this.#isOver) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.#error) throw this.#error;
  }

  /** Resolves once Postgres has taken every row, with their number. */
  async finish(): Promise<number> {
    this.#stream.end();
    await this.#ended;
    if (this.#error) throw this.#error;
    return this.#stream.rowCount;
  }

  /** Gives up; none of the rows remains. Never throws. */
  async abort(): Promise<void> {
    if (!this.#error) this.#stream.destroy(new Error("the load was broken off"));
    await this.#ended;
  }
}
