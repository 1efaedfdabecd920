/** Numbers of so many digits are whole in a JavaScript number, and so is the sum of any two. */
const SAFE_DIGITS = 15;

const MINUS = 0x2d, POINT = 0x2e, ZERO = 0x30, NINE = 0x39;

/** A number as Postgres prints a `numeric`, taken apart; one object is used for many. */
export class Numeric {
  /** The number without its point, and how many digits stood behind that. */
  mantissa = 0;
  scale = 0;
  /** The same where it has too many digits for `mantissa`. */
  long: bigint | undefined;
  /** `NaN`, `Infinity` or `-Infinity`, which Postgres has as numerics too. */
  special: string | undefined;

  /**
   * Reads one.
   *
   * @throws {TypeError} where it is none
   */
  read(bytes: Uint8Array, start: number, end: number): void {
    let point = end;
    let mantissa = 0;
    this.long = this.special = undefined;
    const isNegative = bytes[start] === MINUS;
    for (let at = isNegative ? start + 1 : start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === POINT) point = at;
      else if (byte >= ZERO && byte <= NINE) mantissa = 10 * mantissa + byte - ZERO;
      else return this.#readSpecial(bytes, start, end);
    }
    this.mantissa = isNegative ? -mantissa : mantissa;
    this.scale = point === end ? 0 : end - point - 1;
    if (end - start > SAFE_DIGITS) this.long = BigInt(textOf(bytes, start, end).replace(".", ""));
  }

  get isZero(): boolean {
    return this.special === undefined && this.mantissa === 0;
  }

  #readSpecial(bytes: Uint8Array, start: number, end: number): void {
    const text = textOf(bytes, start, end);
    if (!/^(NaN|-?Infinity)$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is no numeric`);
    this.special = text;
  }
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  new TextDecoder().decode(bytes.subarray(start, end));

/**
 * A sum of numerics, exact, as Postgres' `sum` prints it: with as many decimals as the number with the most
 * of them. Over no number it is `0`.
 */
export class ExactSum {
  /** By scale: what is summed up in a JavaScript number, for as long as it is whole there, and the rest. */
  readonly #small: number[] = [];
  readonly #large: bigint[] = [];
  readonly #specials = new Set<string>();

  add({ mantissa, scale, long, special }: Numeric): void {
    if (special !== undefined) return void this.#specials.add(special);
    while (this.#small.length <= scale) {
      this.#small.push(0);
      this.#large.push(0n);
    }
    if (long !== undefined) return void (this.#large[scale]! += long);
    const before = this.#small[scale]!;
    const sum = before + mantissa;
    if (Number.isSafeInteger(sum)) this.#small[scale] = sum;
    else {
      this.#large[scale]! += BigInt(before) + BigInt(mantissa);
      this.#small[scale] = 0;
    }
  }

  toString(): string {
    if (this.#specials.size > 0) {
      // As Postgres adds: no number changes these, and what is infinite both ways is none.
      return this.#specials.size === 1 ? [...this.#specials][0]! : "NaN";
    }
    const scale = this.#small.length - 1;
    if (scale < 0) return "0";
    const scaled = this.#small.reduce(
      (sum, small, at) => sum + (BigInt(small) + this.#large[at]!) * 10n ** BigInt(scale - at),
      0n,
    );
    const digits = String(scaled < 0n ? -scaled : scaled).padStart(scale + 1, "0");
    const whole = digits.length - scale;
    return `${scaled < 0n ? "-" : ""}${digits.slice(0, whole)}${scale > 0 ? `.${digits.slice(whole)}` : ""}`;
  }
}
