import { comparePlaces, type RecordWalk } from "./record_walk.ts";

/** What is done with the records of two files that are gone through together. */
export interface Pairing {
  /** The earlier file has a record where the new one has none. */
  earlierOnly(earlier: RecordWalk): Promise<void>;
  /** The new file has one where the earlier has none. */
  newOnly(fresh: RecordWalk): Promise<void>;
  /** Both have records at one place: goes on behind what it has dealt with. */
  both(earlier: RecordWalk, fresh: RecordWalk): Promise<void>;
}

/** Goes through two files of one order together, from their first record to their last. */
export async function pairFiles(earlier: RecordWalk, fresh: RecordWalk, pairing: Pairing): Promise<void> {
  await earlier.advance();
  await fresh.advance();
  while (earlier.isAtRecord || fresh.isAtRecord) {
    const order = !earlier.isAtRecord
      ? 1
      : !fresh.isAtRecord
      ? -1
      : comparePlaces(earlier.place, fresh.place);
    if (order < 0) {
      await pairing.earlierOnly(earlier);
      await earlier.advance();
    } else if (order > 0) {
      await pairing.newOnly(fresh);
      await fresh.advance();
    } else {
      await pairing.both(earlier, fresh);
    }
  }
}
