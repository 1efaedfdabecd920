const MIB = 1 << 20;

/** What a file must exceed to be uploaded in parts, and the size of the first of them. */
export const FIRST_PART_BYTES = 8 * MIB;

/** How many bytes of parts may be on their way at once; one part always may. */
const IN_FLIGHT_BYTES = 24 * MIB;

/**
 * The size of a part: 8 MiB for the first 2,000 (16 GiB), then twice as much for every further 1,000, so that
 * the 10,000 parts of an upload hold 3.9 TiB, and memory grows only with files that most never see.
 *
 * @param number the part's number, from 1
 */
export const partBytes = (number: number): number =>
  FIRST_PART_BYTES * 2 ** Math.max(0, Math.floor((number - 1) / 1000) - 1);

/** How many parts of a size may be on their way at once. */
export const partsInFlight = (bytes: number): number => Math.max(1, Math.floor(IN_FLIGHT_BYTES / bytes));
