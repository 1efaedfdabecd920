import { ServiceError } from "../../lib/errors.ts";

/**
 * Bounds how many uploads this process receives at a time, of one user and of all, since each holds some
 * megabytes.
 */
export class UploadRoom {
  readonly #ofUser = new Map<string, number>();
  #all = 0;

  constructor(readonly most: number, readonly mostOfOneUser: number) {}

  /**
   * Counts one more of a user, until its disposal.
   *
   * @throws {ServiceError} `too_many_uploads`
   */
  enter(userId: string): Disposable {
    const own = this.#ofUser.get(userId) ?? 0;
    if (own >= this.mostOfOneUser) {
      throw new ServiceError("too_many_uploads", { limit: this.mostOfOneUser, whose: "yours" });
    }
    if (this.#all >= this.most) {
      throw new ServiceError("too_many_uploads", { limit: this.most, whose: "all" });
    }
    this.#all += 1;
    this.#ofUser.set(userId, own + 1);
    return {
      [Symbol.dispose]: () => {
        this.#all -= 1;
        const left = this.#ofUser.get(userId)! - 1;
        if (left > 0) this.#ofUser.set(userId, left);
        else this.#ofUser.delete(userId);
      },
    };
  }
}

/** Uploads that an API receives at a time: each may have two parts of 8 MiB in memory, on their way to S3. */
const MOST_UPLOADS = 16;
const MOST_UPLOADS_OF_ONE_USER = 4;

/** The room for uploads of a process, by whichever door they come. */
export const uploadRoom = (): UploadRoom => new UploadRoom(MOST_UPLOADS, MOST_UPLOADS_OF_ONE_USER);
