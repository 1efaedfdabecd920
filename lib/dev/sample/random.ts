/**
 * Numbers that look random and are the same for the same seed, on every machine and in every release (sfc32
 * by Chris Doty-Humphrey). Only for made-up data, never for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /**
   * @param seed any whole number; what is made from one seed stays the same, so a change of it changes
   * everything
   */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = 0x9e3779b9 | 0;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** From 0 up to, but not, 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both ends in. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True in so many of 100 cases. */
  chance(percent: number): boolean {
    return this.next() * 100 < percent;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)]!;
  }

  /** One of the items, the more often the larger its share is of all shares. */
  pickByShare<T>(items: readonly T[], share: (item: T) => number): T {
    let rest = this.next() * items.reduce((sum, item) => sum + share(item), 0);
    for (const item of items) {
      rest -= share(item);
      if (rest < 0) return item;
    }
    return items[items.length - 1]!;
  }

  /** So many characters of an alphabet. */
  characters(alphabet: string, count: number): string {
    return Array.from({ length: count }, () => alphabet[this.whole(0, alphabet.length - 1)]!).join("");
  }

  /** So many decimal digits. */
  digits(count: number): string {
    return this.characters("0123456789", count);
  }

  /** An amount in cents whose size varies over orders of magnitude, as amounts of money do. */
  cents(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.next());
  }
}
