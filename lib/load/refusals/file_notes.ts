import { counted } from "../../counted.ts";
import type { Session } from "../../db.ts";
import { listed, shown, shownName } from "../shown.ts";

/** Looks at the cells of one column, as the good rows of a file pass. */
export interface Watch {
  /** The index of the file's column. */
  from: number;
  see(bytes: Uint8Array, from: number, to: number): void;
}

const decoder = new TextDecoder();

/** How many CSVs of other sources are named. */
const MOST_OTHERS = 5;
/** How many codes of a column are told apart: many more than there are agencies, and little memory. */
const MOST_CODES = 10_000;

/** What there is to say of a file that is loaded all the same. */
export class FileNotes {
  readonly #codes = new Map<string, Map<string, number>>();
  readonly #shortZips = new Map<string, number>();
  readonly #others: string[] = [];
  #moreOthers = 0;
  #uncounted = 0;

  /** Notes a CSV beside those that are loaded, by its name, what it is, and how it is loaded. */
  otherMember(name: string, what: string): void {
    if (this.#others.length < MOST_OTHERS) {
      this.#others.push(`It also holds ${shownName(name)}, which is ${what}.`);
    } else this.#moreOthers += 1;
  }

  /** Counts the rows by agency code, to say which codes no list has. */
  agencyCodes(column: string, from: number): Watch {
    const counts = this.#codes.get(column) ?? new Map<string, number>();
    this.#codes.set(column, counts);
    return {
      from,
      see: (bytes, from, to) => {
        if (from === to) return;
        const code = decoder.decode(bytes.subarray(from, Math.min(to, from + 100)));
        const known = counts.get(code);
        if (known === undefined && counts.size === MOST_CODES) this.#uncounted += 1;
        else counts.set(code, (known ?? 0) + 1);
      },
    };
  }

  /** Counts the rows that have four digits where a ZIP+4 has nine. */
  shortZips(column: string, from: number): Watch {
    this.#shortZips.set(column, this.#shortZips.get(column) ?? 0);
    return {
      from,
      see: (bytes, from, to) => {
        if (to - from !== 4) return;
        for (let i = from; i < to; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) return;
        this.#shortZips.set(column, this.#shortZips.get(column)! + 1);
      },
    };
  }

  /** All there is to say, a sentence each. */
  async sentences(session: Session): Promise<string[]> {
    const zips = [...this.#shortZips].filter(([, rows]) => rows > 0).map(([column, rows]) =>
      `${counted(rows, "row has", "rows have")} in ${column} the last four digits of a ZIP+4 alone, and ${
        rows === 1 ? "keeps" : "keep"
      } them: the first five are not in the file.`
    );
    const codes = [];
    for (const [column, counts] of this.#codes) {
      const unknown = await unknownCodes(session, [...counts.keys()]);
      if (unknown.length === 0) continue;
      const rows = unknown.reduce((sum, code) => sum + counts.get(code)!, 0);
      const named = unknown.map((code) => `${shown(code)}: ${counts.get(code)!.toLocaleString("en-US")}`);
      codes.push(
        `${counted(rows, "row has", "rows have")} in ${column} a code that is of no agency here (${
          listed(named)
        }), and ${rows === 1 ? "is" : "are"} in no file by it.`,
      );
    }
    const others = this.#moreOthers === 0 ? this.#others : [
      ...this.#others,
      `It also holds ${counted(this.#moreOthers, "other CSV")} that this source does not take.`,
    ];
    if (this.#uncounted > 0) {
      const most = MOST_CODES.toLocaleString("en-US");
      codes.push(
        `${
          counted(this.#uncounted, "row has", "rows have")
        } agency codes beyond the ${most} that are told apart.`,
      );
    }
    return [...others, ...zips, ...codes];
  }
}

async function unknownCodes(session: Session, codes: readonly string[]): Promise<string[]> {
  const { rows } = await session.query<{ code: string }>(
    `SELECT code FROM unnest($1::text[]) WITH ORDINALITY AS given (code, place)
     WHERE NOT EXISTS (SELECT FROM cgac WHERE cgac_code = code) AND NOT EXISTS (SELECT FROM frec WHERE frec_code = code)
     ORDER BY place`,
    [codes],
  );
  return rows.map(({ code }) => code);
}
