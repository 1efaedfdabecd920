import { isConnectionLoss } from "../../lib/db.ts";
import type { Random } from "../helpers/random.ts";
import { pause } from "./pause.ts";
import { type FaultContext, faults } from "./faults.ts";
import type { Journal } from "./journal.ts";

/** How faults come. */
export interface StormOptions {
  context: FaultContext;
  random: Random;
  journal: Journal;
  /** The mean pause between two faults. */
  pauseMilliseconds: number;
}

/**
 * Makes faults until the signal is aborted, in the order of a deck that is shuffled again and again, so that
 * each kind comes as often as the others; those of different parts may overlap. Resolves when all are over.
 */
export async function storm({ context, random, journal, pauseMilliseconds }: StormOptions): Promise<void> {
  const { signal } = context;
  const groups = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let deck: string[] = [];
  while (!signal.aborted) {
    await pause(-Math.log(1 - random.next()) * pauseMilliseconds, signal);
    if (signal.aborted) break;
    if (deck.length === 0) deck = shuffled(Object.keys(faults), random);
    // Postgres cannot be restarted while it is being restarted, nor S3's faults put back twice.
    const kind = deck.find((kind) => !groups.has(groupOf(kind)));
    if (kind === undefined) continue;
    const group = groupOf(kind);
    groups.add(group);
    deck.splice(deck.indexOf(kind), 1);
    const done = make(kind).finally(() => {
      groups.delete(group);
      underWay.delete(done);
    });
    underWay.add(done);
  }
  await Promise.all(underWay);

  async function make(kind: string): Promise<void> {
    try {
      if (await faults[kind]!(kind, context)) journal.count(`fault: ${kind}`);
      else deck.push(kind);
    } catch (error) {
      // Where another fault has just taken the database away, this one comes again later.
      if (!isConnectionLoss(error)) journal.violation(`After the fault "${kind}": ${error}`);
      journal.note("a fault could not be made", { kind, error: String(error) });
      deck.push(kind);
    }
  }
}

const groupOf = (kind: string): string => {
  if (/^Postgres|backend/.test(kind)) return "Postgres";
  if (/^S3/.test(kind)) return "S3";
  return /worker/.test(kind) ? kind : "API";
};

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const deck = [...items];
  for (let i = deck.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [deck[i], deck[j]] = [deck[j]!, deck[i]!];
  }
  return deck;
}
