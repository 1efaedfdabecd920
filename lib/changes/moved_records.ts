import movedText from "../../sql/changes/moved.sql" with { type: "text" };
import tablesText from "../../sql/changes/tables.sql" with { type: "text" };
import type { Transaction } from "../db.ts";

/** Which of the two files a record stands in. */
export type Side = "earlier" | "new";

/** So many records are sent to the database, and positions asked of it, at a time. */
const AT_A_TIME = 5000;

/**
 * Finds the records that have moved: those that one file has at one place and the other at another. They are
 * kept in temporary tables, so that memory is bounded however many they are; none is made where no record
 * can have moved.
 */
export class UnpairedRecords {
  readonly #counts: Record<Side, number> = { earlier: 0, new: 0 };
  #waiting: { side: Side; position: number; key: string }[] = [];
  #hasTables = false;

  /** @param tx on a database that takes writes; it must last until the last of `moved` is asked for */
  constructor(readonly tx: Transaction) {}

  /**
   * Adds a record that the other file does not have at its place. Where a promise is returned, no more may be
   * added before that has resolved.
   */
  add(side: Side, position: number, key: string): Promise<void> | undefined {
    this.#counts[side] += 1;
    this.#waiting.push({ side, position, key });
    return this.#waiting.length < AT_A_TIME ? undefined : this.#send();
  }

  /** The positions of the records that have moved, in each of the files, once all were added. */
  async moved(): Promise<Record<Side, Positions>> {
    if (this.#counts.earlier === 0 || this.#counts.new === 0) return { earlier: NONE, new: NONE };
    await this.#send();
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

  async #send(): Promise<void> {
    if (!this.#hasTables) await this.tx.unsafe(tablesText);
    this.#hasTables = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    await this.tx`
      INSERT INTO unpaired_record
      SELECT * FROM unnest(${waiting.map(({ side }) => side === "new")}::boolean[],
        ${waiting.map(({ position }) => position)}::bigint[], ${waiting.map(({ key }) => key)}::text[])`;
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

  /** Whether a position is among them; each call is for one behind the last. */
  async has(position: number): Promise<boolean> {
    while (!this.#isOver) {
      while (this.#at < this.#known.length && this.#known[this.#at]! < position) this.#at += 1;
      if (this.#at < this.#known.length) return this.#known[this.#at] === position;
      this.#known = await this.more(this.#last);
      this.#at = 0;
      this.#isOver = this.#known.length === 0;
      this.#last = this.#known.at(-1) ?? this.#last;
    }
    return false;
  }
}

const NONE = new Positions(() => Promise.resolve([]));
