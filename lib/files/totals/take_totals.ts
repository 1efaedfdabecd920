import type { Transaction } from "../../db.ts";
import type { RowMessages } from "../cursor.ts";
import type { FileContents } from "../file_type.ts";
import { countDistinct } from "./count_distinct.ts";
import { DistinctKeys } from "./distinct_keys.ts";
import { Numeric } from "./exact_sum.ts";
import { Group, Groups, isEqual } from "./group.ts";
import type { FileTotals, TotalsDefinition } from "./totals.ts";

/** What of a file's contents its totals are taken by. */
type Counted = Pick<FileContents, "elements" | "query"> & { totals: TotalsDefinition };

/** The bytes of a message before its first field: type, length, and how many fields there are. */
const HEAD_BYTES = 7;
/** An ISO day without these is its month. */
const DAY_BYTES = "-DD".length;

/**
 * Takes a file's totals of the very records that it is made of, as they pass by on their way into it: no
 * query of their own has to choose the same ones, and the server reads none twice. Of each record only the
 * fields up to the last one that counts are looked at.
 *
 * Memory: what `DistinctKeys` takes, and a few hundred bytes for each month and sub-tier agency.
 */
export class TotalsTaker {
  /** By place in a record: the number of the field among those that count, or −1. */
  readonly #slots: Int16Array;
  /**
   * Where the fields that count begin and end in the message that is looked at; NULL ends where it begins.
   */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #amounts: number[];
  readonly #award: number[];
  readonly #day: number | undefined;
  readonly #subTier: { code: number; name: number } | undefined;
  readonly #difference: number;
  readonly #headers: string[];

  readonly #whole: Group;
  readonly #months: Groups<Month>;
  readonly #subTiers: Groups<SubTierGroup>;
  readonly #awards: DistinctKeys;
  readonly #number = new Numeric();
  #differ = 0;

  /**
   * @param mostAwards how many distinct awards are told apart in memory; above that the server counts them
   */
  constructor(readonly contents: Counted, mostAwards?: number) {
    const { elements, totals } = contents;
    const counted: number[] = [];
    const slot = (column: string): number => {
      const place = elements.findIndex((element) => element.column === column);
      if (place < 0) throw new Error(`a file's totals are of the column ${column}, which it does not have`);
      if (!counted.includes(place)) counted.push(place);
      return counted.indexOf(place);
    };
    this.#amounts = totals.amounts.map(slot);
    this.#award = totals.award.map(slot);
    this.#day = totals.day === undefined ? undefined : slot(totals.day);
    this.#subTier = totals.subTier && { code: slot(totals.subTier.code), name: slot(totals.subTier.name) };
    this.#difference = totals.amounts.indexOf(totals.difference ?? "");
    this.#headers = this.#amounts.map((amount) => elements[counted[amount]!]!.header);
    this.#slots = new Int16Array(Math.max(...counted) + 1).fill(-1);
    counted.forEach((place, i) => this.#slots[place] = i);
    this.#starts = new Int32Array(counted.length);
    this.#ends = new Int32Array(counted.length);
    this.#whole = new Group(this.#headers);
    this.#months = new Groups((month) => new Month(this.#headers, month));
    this.#subTiers = new Groups((code) => new SubTierGroup(this.#headers, code));
    this.#awards = new DistinctKeys(mostAwards);
  }

  /** Adds a batch of records, as the server has sent them. */
  add(batch: readonly RowMessages[]): void {
    for (const messages of batch) {
      for (let at = 0; at < messages.length; at += 1 + uint32(messages, at + 1)) {
        this.#find(messages, at + HEAD_BYTES);
        this.#count(messages);
      }
    }
  }

  /**
   * What all of them come to.
   *
   * @param tx whose snapshot they were read in
   */
  async totals(tx: Transaction): Promise<FileTotals> {
    const { totals: { award }, query } = this.contents;
    return {
      ...this.#whole.totals(),
      distinctAwards: this.#awards.count ?? await countDistinct(tx, query, award),
      recordsThatDiffer: this.#difference < 0 ? null : this.#differ,
      byMonth: this.#day === undefined
        ? null
        : this.#months.all().map((group) => ({ month: group.month, ...group.totals() })),
      bySubTier: this.#subTier === undefined ? null : this.#subTiers.all().map((group) => ({
        code: group.code || null,
        name: new TextDecoder().decode(group.name) || null,
        ...group.totals(),
      })),
    };
  }

  /** Finds the fields that count. */
  #find(bytes: Uint8Array, field: number): void {
    const slots = this.#slots;
    for (let place = 0; place < slots.length; place++) {
      // −1 for NULL.
      const length = uint32(bytes, field) | 0;
      const start = field + 4;
      field = length > 0 ? start + length : start;
      const slot = slots[place]!;
      if (slot >= 0) {
        this.#starts[slot] = start;
        this.#ends[slot] = field;
      }
    }
  }

  #count(bytes: Uint8Array): void {
    const starts = this.#starts, ends = this.#ends;
    const month = this.#day === undefined ? undefined : this.#months.at(
      bytes,
      starts[this.#day]!,
      Math.max(starts[this.#day]!, ends[this.#day]! - DAY_BYTES),
    );
    const subTier = this.#subTier &&
      this.#subTiers.at(bytes, starts[this.#subTier.code]!, ends[this.#subTier.code]!);
    this.#whole.records += 1;
    if (month) month.records += 1;
    if (subTier) {
      subTier.records += 1;
      subTier.rename(bytes, starts[this.#subTier!.name]!, ends[this.#subTier!.name]!);
    }
    for (let i = 0; i < this.#amounts.length; i++) {
      const start = starts[this.#amounts[i]!]!, end = ends[this.#amounts[i]!]!;
      if (start === end) continue;
      this.#number.read(bytes, start, end);
      this.#whole.add(i, this.#number);
      month?.add(i, this.#number);
      subTier?.add(i, this.#number);
      if (i === this.#difference && !this.#number.isZero) this.#differ += 1;
    }
    this.#countAward(bytes);
  }

  #countAward(bytes: Uint8Array): void {
    let isNamed = false;
    this.#awards.begin();
    for (const slot of this.#award) {
      isNamed ||= this.#starts[slot]! < this.#ends[slot]!;
      this.#awards.value(bytes, this.#starts[slot]!, this.#ends[slot]!);
    }
    if (isNamed) this.#awards.end();
  }
}

/** What takes a file's totals; undefined where its type has none. */
export const takesTotals = ({ elements, query, totals }: FileContents): TotalsTaker | undefined =>
  totals && new TotalsTaker({ elements, query, totals });

class Month extends Group {
  constructor(headers: readonly string[], readonly month: string) {
    super(headers);
  }
}

class SubTierGroup extends Group {
  /** As the last of its records has it. */
  name = new Uint8Array();

  constructor(headers: readonly string[], readonly code: string) {
    super(headers);
  }

  rename(bytes: Uint8Array, start: number, end: number): void {
    if (!isEqual(this.name, bytes, start, end)) this.name = bytes.slice(start, end);
  }
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
