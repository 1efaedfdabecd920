/** For so long a database that has refused to do its work is taken to refuse it still: a full disk shows in writes alone. */
const LASTS_MILLISECONDS = 10_000;

let refusedAt = -Infinity;

/** The database has just refused to do its work, as where its disk is full. */
export function noteThatNothingIsStored(): void {
  refusedAt = performance.now();
}

/** Whether the database has refused to do its work a moment ago. */
export const nothingWasStored = (): boolean => performance.now() - refusedAt < LASTS_MILLISECONDS;
