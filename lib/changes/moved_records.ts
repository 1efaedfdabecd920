import movedText from "../../sql/changes/moved.sql" with { type: "text" };
import tablesText from "../../sql/changes/tables.sql" with { type: "text" };
import type { Transaction } from "../db.ts";
import { RowBuffer } from "../load/cells/row_buffer.ts";
import { CopyIn } from "../load/copy_in.ts";

/** Which of the two files a record stands in. */
export type Side = "earlier" | "new";

/** So many positions are asked of the database at a time. */
const AT_A_TIME = 5000;
/** So many bytes go to it at once. */
const CHUNK = 64 * 1024;

/**
 * Finds the records that have moved: those that one file has at one place and the other at another. They go
 * straight into temporary tables, so that memory is bounded however many they are; none is made where no
 * record can have moved. To be disposed of.
 */
export class UnpairedRecords implements AsyncDisposable {
  readonly #counts: Record<Side, number> = { earlier: 0, new: 0 };
  readonly #rows = new RowBuffer();
  #copy: CopyIn | undefined;

  /**
   * @param tx on a database that takes writes, which nobody else uses until `moved` is called; it must last
   * until the last of what that gives is asked for
   */
  constructor(readonly tx: Transaction) {}

  /**
   * Adds a record that the other file does not have at its place. Where a promise is returned, no more may be
   * added before that has resolved.
   */
  add(side: Side, position: number, key: string): Promise<void> | undefined {
    this.#counts[side] += 1;
    this.#rows.begin(position);
    this.#rows.value(side === "new" ? "t" : "f");
    this.#rows.value(key);
    this.#rows.end();
    return this.#rows.length < CHUNK ? undefined : this.#send();
  }

  /** The positions of the records that have moved, in each of the files, once all were added. */
  async moved(): Promise<Record<Side, Positions>> {
    const mayHaveMoved = this.#counts.earlier > 0 && this.#counts.new > 0;
    if (mayHaveMoved) await this.#send();
    await this.#copy?.finish();
    this.#copy = undefined;
    if (!mayHaveMoved) return { earlier: NONE, new: NONE };
    await this.tx.unsafe("ANALYZE unpaired_record");
    await this.tx.unsafe(movedText);
    await this.tx.unsafe(
      "CREATE INDEX ON moved_record (earlier_position); CREATE INDEX ON moved_record (new_position)",
    );
    await this.tx.unsafe("ANALYZE moved_record");
    return {
      earlier: new Positions((after) => this.#positions("earlier_position", after)),
      new: new Positions((after) => this.#positions("new_position", after)),
    };
  }

  /** Breaks off what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#copy?.abort();
  }

  async #send(): Promise<void> {
    if (!this.#copy) {
      await this.tx.unsafe(tablesText);
      this.#copy = new CopyIn(
        this.tx.client,
        "COPY unpaired_record (position, is_new, key) FROM STDIN (FORMAT csv)",
      );
    }
    await this.#copy.write(this.#rows.take());
  }

  async #positions(column: string, after: number): Promise<number[]> {
    const name = this.tx(column);
    const rows = await this.tx<{ position: string }[]>`
      SELECT ${name} AS position FROM moved_record WHERE ${name} > ${after} ORDER BY ${name} LIMIT ${AT_A_TIME}`;
    return rows.map(({ position }) => Number(position));
  }
}

/** Ascending positions, which are asked for one after the other, in their order. */
export class Positions {
  #known: number[] = [];
  #at = 0;
  #last = -1;
  #isOver = false;

  /** @param more the first ones behind a position; none where there are no more */
  constructor(readonly more: (after: number) => Promise<number[]>) {}

  /** Whether a position is among them, at once where that is known; each call is for one behind the last. */
  has(position: number): boolean | Promise<boolean> {
    while (this.#at < this.#known.length && this.#known[this.#at]! < position) this.#at += 1;
    if (this.#at < this.#known.length) return this.#known[this.#at] === position;
    return this.#isOver ? false : this.#ask(position);
  }

  async #ask(position: number): Promise<boolean> {
    this.#known = await this.more(this.#last);
    this.#at = 0;
    this.#isOver = this.#known.length === 0;
    this.#last = this.#known.at(-1) ?? this.#last;
    return await this.has(position);
  }
}

const NONE = new Positions(() => Promise.resolve([]));
