/** 32-bit words of a hash: three, so that two of a million keys share one in one of 10¹⁶ files. */
const LANES = 3;
const FIRST_SLOTS = 1 << 12;
/** At most so many slots of twelve bytes. */
const MOST_SLOTS = 1 << 21;
/** A table that is fuller than that is slow to search. */
const MOST_FULL = 0.7;

/** How many keys are told apart in memory: above that somebody else must count. */
export const MOST_KEYS: number = Math.floor(MOST_SLOTS * MOST_FULL);

/**
 * Counts the distinct keys among many by their hashes, of which it keeps 96 bits each: at most 24 MiB, and as
 * much again for a moment when it grows. A key is one value or several.
 */
export class DistinctKeys {
  readonly #most: number;
  #slots = FIRST_SLOTS;
  #table = new Int32Array(LANES * FIRST_SLOTS);
  #count = 0;
  #isFull = false;
  #a = 0;
  #b = 0;
  #c = 0;

  /** @param most how many keys are counted at most */
  constructor(most: number = MOST_KEYS) {
    this.#most = Math.min(most, MOST_KEYS);
  }

  /** How many there are; undefined where there are more than can be kept. */
  get count(): number | undefined {
    return this.#isFull ? undefined : this.#count;
  }

  /** Begins the next key. */
  begin(): void {
    this.#a = 0x243f6a88 | 0;
    this.#b = 0x85a308d3 | 0;
    this.#c = 0x13198a2e | 0;
  }

  /** Adds a value to the key. */
  value(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    for (; at + 4 <= end; at += 4) {
      this.#mix(bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    }
    let rest = 0;
    for (; at < end; at++) rest = (rest << 8) | bytes[at]!;
    this.#mix(rest);
    // Where one value ends and the next begins is part of the key.
    this.#mix(end - start);
  }

  /** Ends the key. */
  end(): void {
    if (this.#isFull) return;
    // Each lane depends on all three; none of them is all zeros, which marks a slot that is free.
    const a = finished(this.#a ^ Math.imul(this.#b, 0x27d4eb2f) ^ (this.#c >>> 7)) || 1;
    const b = finished(this.#b ^ Math.imul(this.#c, 0x165667b1) ^ a);
    const c = finished(this.#c ^ Math.imul(a, 0x9e3779b1 | 0) ^ b);
    if (!put(this.#table, this.#slots, a, b, c)) return;
    this.#count += 1;
    if (this.#count > this.#most) {
      this.#isFull = true;
      this.#table = new Int32Array(0);
    } else if (this.#count > this.#slots * MOST_FULL) {
      this.#grow();
    }
  }

  // As MurmurHash3 mixes a word in, with constants of its own for each lane.
  #mix(word: number): void {
    const a = Math.imul(word, 0xcc9e2d51 | 0);
    this.#a ^= Math.imul((a << 15) | (a >>> 17), 0x1b873593);
    this.#a = (Math.imul((this.#a << 13) | (this.#a >>> 19), 5) + 0xe6546b64) | 0;
    const b = Math.imul(word, 0x239b961b);
    this.#b ^= Math.imul((b << 16) | (b >>> 16), 0xab0e9789 | 0);
    this.#b = (Math.imul((this.#b << 17) | (this.#b >>> 15), 5) + 0x0bcaa747) | 0;
    const c = Math.imul(word, 0x38b34ae5);
    this.#c ^= Math.imul((c << 17) | (c >>> 15), 0xa1e38b93 | 0);
    this.#c = (Math.imul((this.#c << 15) | (this.#c >>> 17), 5) + 0x96cd1c35) | 0;
  }

  #grow(): void {
    const slots = Math.min(2 * this.#slots, MOST_SLOTS);
    if (slots === this.#slots) return;
    const table = new Int32Array(LANES * slots);
    for (let at = 0; at < this.#table.length; at += LANES) {
      const [a, b, c] = [this.#table[at]!, this.#table[at + 1]!, this.#table[at + 2]!];
      if (a !== 0) put(table, slots, a, b, c);
    }
    this.#slots = slots;
    this.#table = table;
  }
}

/** The end of MurmurHash3: every bit of the word changes about half of the others. */
function finished(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b | 0);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35 | 0);
  return word ^ (word >>> 16);
}

/** Puts a hash into a table; false where it is there already. */
function put(table: Int32Array, slots: number, a: number, b: number, c: number): boolean {
  for (let slot = a & (slots - 1);; slot = (slot + 1) & (slots - 1)) {
    const at = LANES * slot;
    if (table[at] === 0) {
      table[at] = a;
      table[at + 1] = b;
      table[at + 2] = c;
      return true;
    }
    if (table[at] === a && table[at + 1] === b && table[at + 2] === c) return false;
  }
}
