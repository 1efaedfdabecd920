/**
 * Files of changes as this project's documents describe them, worked out anew, and slowly, from whole files.
 */

/** A line of a file, and what stands in its cells: null for NULL. */
export interface ModelRecord {
  line: string;
  cells: (string | null)[];
}

/** A whole file, taken apart. */
export interface ModelFile {
  header: string;
  records: ModelRecord[];
}

/** Takes a file apart, one character at a time. */
export function takeApart(text: string, delimiter: string): ModelFile {
  const records: ModelRecord[] = [];
  let from = 0, cell = "", cells: (string | null)[] = [], isQuoted = false, wasQuoted = false;
  const endCell = () => {
    cells.push(cell === "" && !wasQuoted ? null : cell);
    cell = "";
    wasQuoted = false;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (isQuoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i]!;
      else isQuoted = false;
    } else if (c === '"') isQuoted = wasQuoted = true;
    else if (c === delimiter) endCell();
    else if (c === "\n") {
      endCell();
      records.push({ line: text.slice(from, i), cells });
      cells = [];
      from = i + 1;
    } else cell += c;
  }
  if (from !== text.length) throw new Error("the last line does not end");
  const [header, ...rest] = records;
  return { header: header!.line, records: rest };
}

/** By which cells, counted from 0, records are told apart, and what they are ordered by. */
export interface ModelIdentity {
  key: number[];
  place: number[];
}

const keyOf = (record: ModelRecord, key: number[]) => JSON.stringify(key.map((i) => record.cells[i]));

const order = (place: number[]) => (a: ModelRecord, b: ModelRecord): number => {
  for (const i of place) {
    const x = a.cells[i] ?? null, y = b.cells[i] ?? null;
    if (x === y) continue;
    if (x === null || y === null) return x === null ? 1 : -1;
    return Buffer.compare(Buffer.from(x), Buffer.from(y));
  }
  return 0;
};

const byKey = (records: ModelRecord[], key: number[]): Map<string, ModelRecord[]> =>
  Map.groupBy(records, (record) => keyOf(record, key));

/** The file of changes from one file to another, to the byte, and its counts. */
export function modelChanges(
  earlier: ModelFile,
  now: ModelFile,
  { key, place }: ModelIdentity,
  delimiter: string,
): { text: string; changes: { added: number; changed: number; removed: number } } {
  const before = byKey(earlier.records, key), after = byKey(now.records, key);
  const found: { change: "added" | "changed" | "removed"; record: ModelRecord; n: number }[] = [];
  for (const [k, records] of after) {
    const old = before.get(k) ?? [];
    const isTouched = old.length > records.length || old.some(({ line }, i) => line !== records[i]!.line);
    records.forEach((record, n) => {
      if (n >= old.length) found.push({ change: "added", record, n });
      else if (isTouched) found.push({ change: "changed", record, n });
    });
  }
  for (const [k, records] of before) {
    const left = after.get(k)?.length ?? 0;
    records.forEach((record, n) => n >= left && found.push({ change: "removed", record, n }));
  }
  const placed = order(place);
  found.sort((a, b) => placed(a.record, b.record) || a.n - b.n);
  const count = (what: string) => found.filter(({ change }) => change === what).length;
  const lines = found.map(({ change, record }) => `${change}${delimiter}${record.line}\n`);
  return {
    text: [`Change${delimiter}${now.header}\n`, ...lines].join(""),
    changes: { added: count("added"), changed: count("changed"), removed: count("removed") },
  };
}

/**
 * Applies a file of changes to an earlier file: takes out what is changed or removed, by key, puts in what is
 * added or changed, and has all of it in the file's order.
 */
export function applyChanges(
  earlier: ModelFile,
  changes: ModelFile,
  { key, place }: ModelIdentity,
): string {
  const shifted = (cells: number[]) => cells.map((i) => i + 1);
  const told = changes.records.map((record) => ({ change: record.cells[0]!, record }));
  const out = new Set(
    told.filter(({ change }) => change !== "added").map(({ record }) => keyOf(record, shifted(key))),
  );
  const kept = earlier.records.filter((record) => !out.has(keyOf(record, key)));
  const put = told.filter(({ change }) => change !== "removed").map(({ change, record }) => ({
    line: record.line.slice(change.length + 1),
    cells: record.cells.slice(1),
  }));
  const all = [...kept, ...put].sort(order(place));
  return [earlier.header, ...all.map(({ line }) => line)].map((line) => `${line}\n`).join("");
}
