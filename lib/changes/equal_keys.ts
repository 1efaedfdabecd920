import type { ChangeWriter } from "./change_writer.ts";
import type { Place } from "./place.ts";
import type { RecordWalk } from "./record_walk.ts";

/**
 * Writes what has changed among the records of one key, where a key has several; they stand together in both
 * files. They are paired in their order.
 *
 * Of a key with several records, one that is taken out could not be told from those that stay: so as soon as
 * one of them has changed or is gone, all that there are now are written, and the earlier ones are all to be
 * taken out.
 */
export async function writeEqualKeys(
  earlier: RecordWalk,
  fresh: RecordWalk,
  file: ChangeWriter,
): Promise<void> {
  const place = earlier.place.copy();
  const before = await takeAll(earlier, place);
  const now = await takeAll(fresh, place);
  const isTouched = before.length > now.length ||
    before.some((line, i) => Buffer.compare(line, now[i]!) !== 0);
  for (const [i, line] of now.entries()) {
    if (i >= before.length) await file.add("added", line);
    else if (isTouched) await file.add("changed", line);
  }
  for (const line of before.slice(now.length)) await file.add("removed", line);
}

async function takeAll(walk: RecordWalk, place: Place): Promise<Uint8Array[]> {
  const lines: Uint8Array[] = [];
  do {
    lines.push(walk.line.slice());
    await walk.advance();
  } while (walk.isAtRecord && walk.place.compare(place) === 0);
  return lines;
}
