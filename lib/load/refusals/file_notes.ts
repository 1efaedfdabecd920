import type { Session } from "../../db.ts";
import { listed, shown } from "./shown.ts";

/** Looks at the cells of one column, as the good rows of a file pass. */
export interface Watch {
  /** The index of the file's column. */
  from: number;
  see(bytes: Uint8Array, from: number, to: number): void;
}

const decoder = new TextDecoder();

/** What there is to say of a file that is loaded all the same. */
export class FileNotes {
  readonly #codes = new Map<string, Map<string, number>>();
  readonly #shortZips = new Map<string, number>();
  /** More sentences. */
  readonly more: string[] = [];

  /** Counts the rows by agency code, to say which codes no list has. */
  agencyCodes(column: string, from: number): Watch {
    const counts = this.#codes.get(column) ?? new Map<string, number>();
    this.#codes.set(column, counts);
    return {
      from,
      see(bytes, from, to) {
        if (from === to) return;
        const code = decoder.decode(bytes.subarray(from, Math.min(to, from + 100)));
        counts.set(code, (counts.get(code) ?? 0) + 1);
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
      `${
        counted(rows)
      } in ${column} the last four digits of a ZIP+4 alone, and keep them: the first five are not in the file.`
    );
    const codes = [];
    for (const [column, counts] of this.#codes) {
      const unknown = await unknownCodes(session, [...counts.keys()]);
      if (unknown.length === 0) continue;
      const rows = unknown.reduce((sum, code) => sum + counts.get(code)!, 0);
      const named = unknown.map((code) => `${shown(code)}: ${counts.get(code)!.toLocaleString("en-US")}`);
      codes.push(
        `${counted(rows)} in ${column} a code that is of no agency here (${
          listed(named)
        }), and are in no file by it.`,
      );
    }
    return [...this.more, ...zips, ...codes];
  }
}

const counted = (rows: number) => `${rows.toLocaleString("en-US")} ${rows === 1 ? "row has" : "rows have"}`;

async function unknownCodes(session: Session, codes: readonly string[]): Promise<string[]> {
  const { rows } = await session.query<{ code: string }>(
    `SELECT code FROM unnest($1::text[]) WITH ORDINALITY AS given (code, place)
     WHERE NOT EXISTS (SELECT FROM cgac WHERE cgac_code = code) AND NOT EXISTS (SELECT FROM frec WHERE frec_code = code)
     ORDER BY place`,
    [codes],
  );
  return rows.map(({ code }) => code);
}
