import { createMiddleware } from "hono/factory";
import { ServiceError } from "../../lib/errors.ts";
import type { SignedIn } from "./access.ts";
import { describes } from "../operation.ts";

/**
 * How many streams of events and held responses every user has open, and how many there may be of one user.
 */
export class HeldRequests {
  readonly #ofUser = new Map<string, number>();

  /** @param most of one user at a time (`MAX_HELD_REQUESTS`) */
  constructor(readonly most: number) {}

  /** How many a user has open. */
  of(userId: string): number {
    return this.#ofUser.get(userId) ?? 0;
  }

  /**
   * Counts one more of a user, until its disposal; a second disposal does nothing.
   *
   * @throws {ServiceError} `too_many_held_requests`
   */
  hold(userId: string): Disposable {
    if (this.of(userId) >= this.most) throw new ServiceError("too_many_held_requests", { limit: this.most });
    this.#ofUser.set(userId, this.of(userId) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        const left = this.of(userId) - 1;
        if (left > 0) this.#ofUser.set(userId, left);
        else this.#ofUser.delete(userId);
      },
    };
  }
}

/**
 * Counts a request that wishes to be held for as long as it takes; before it does anything, so that a refused
 * one did nothing.
 */
export const countsAsHeld = (
  { held }: { held: HeldRequests },
  wishes: (prefer: string | undefined) => boolean,
) =>
  describes(
    { errors: [429] },
    createMiddleware<SignedIn>(async (c, next) => {
      using _hold = wishes(c.req.header("Prefer")) ? held.hold(c.var.user.userId) : undefined;
      await next();
    }),
  );
