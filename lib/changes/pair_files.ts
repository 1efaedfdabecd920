import type { RecordWalk } from "./record_walk.ts";

/** Where a promise is returned, the work is done once that has resolved. */
type Done = Promise<void> | undefined;

/** What is done with the records of two files that are gone through together. */
export interface Pairing {
  /** The earlier file has a record where the new one has none. */
  earlierOnly(earlier: RecordWalk): Done;
  /** The new file has one where the earlier has none. */
  newOnly(fresh: RecordWalk): Done;
  /** Both have records at one place: goes on behind what it has dealt with. */
  both(earlier: RecordWalk, fresh: RecordWalk): Done;
}

/** Goes through two files of one order together, from their first record to their last. */
export async function pairFiles(earlier: RecordWalk, fresh: RecordWalk, pairing: Pairing): Promise<void> {
  await earlier.advance();
  await fresh.advance();
  while (earlier.isAtRecord || fresh.isAtRecord) {
    const order = !earlier.isAtRecord ? 1 : !fresh.isAtRecord ? -1 : earlier.place.compare(fresh.place);
    const done = order < 0
      ? pairing.earlierOnly(earlier)
      : order > 0
      ? pairing.newOnly(fresh)
      : pairing.both(earlier, fresh);
    if (done) await done;
    const gone = order < 0 ? earlier.advance() : order > 0 ? fresh.advance() : undefined;
    if (gone) await gone;
  }
}

/** Goes on to the next record of both. */
export function advanceBoth(earlier: RecordWalk, fresh: RecordWalk): Done {
  const one = earlier.advance(), other = fresh.advance();
  return one && other ? Promise.all([one, other]).then(() => {}) : one ?? other;
}
