import { ExactSum, type Numeric } from "./exact_sum.ts";
import type { GroupTotals } from "./totals.ts";

/** Some of a file's records, as they are counted and summed up. */
export class Group {
  records = 0;
  readonly #sums: ExactSum[];

  /** @param headers above the columns that are summed up */
  constructor(readonly headers: readonly string[]) {
    this.#sums = headers.map(() => new ExactSum());
  }

  /** Adds a value of one of the columns. */
  add(column: number, value: Numeric): void {
    this.#sums[column]!.add(value);
  }

  totals(): GroupTotals {
    return {
      records: this.records,
      amounts: Object.fromEntries(this.headers.map((header, i) => [header, String(this.#sums[i])])),
    };
  }
}

/**
 * Groups of records by a text of theirs, found by its bytes: mostly that of the record before, so nothing is
 * decoded but what is new.
 */
export class Groups<Found extends Group> {
  readonly #byHash = new Map<number, { key: Uint8Array; group: Found }[]>();
  #last: { key: Uint8Array; group: Found } | undefined;

  /** @param make a group of a new text, which is empty where it is NULL */
  constructor(readonly make: (key: string) => Found) {}

  /** The group of a text. */
  at(bytes: Uint8Array, start: number, end: number): Found {
    if (!this.#last || !isEqual(this.#last.key, bytes, start, end)) {
      this.#last = this.#find(bytes, start, end);
    }
    return this.#last.group;
  }

  /** All of them, in the order of their texts' bytes, the empty one last. */
  all(): Found[] {
    return [...this.#byHash.values()].flat()
      .sort((a, b) => Number(a.key.length === 0) - Number(b.key.length === 0) || compareBytes(a.key, b.key))
      .map(({ group }) => group);
  }

  #find(bytes: Uint8Array, start: number, end: number) {
    let hash = 0;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const alike = this.#byHash.get(hash) ?? [];
    const found = alike.find(({ key }) => isEqual(key, bytes, start, end));
    if (found) return found;
    const key = bytes.slice(start, end);
    const made = { key, group: this.make(new TextDecoder().decode(key)) };
    this.#byHash.set(hash, [...alike, made]);
    return made;
  }
}

/** Whether a text is the one between two places. */
export function isEqual(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[start + i]) return false;
  return true;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : (a[at]! - (b[at] ?? -1));
}
