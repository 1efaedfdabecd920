import { layoutOf } from "./layout.ts";
import { checkBeginning } from "./read_upload.ts";

/** How much of an upload is looked at while it is still sent; no header is longer. */
const BEGINNING_BYTES = 256 << 10;

/**
 * The beginning of an upload, which is looked at as soon as it is there and it is known what the upload is to
 * be: what is wrong with it is said before the rest was sent.
 */
export class Beginning {
  readonly #bytes = new Uint8Array(BEGINNING_BYTES);
  #length = 0;
  #isLookedAt = false;

  /**
   * Takes the next bytes of the upload.
   *
   * @param fileType what it is to be, where that is known yet
   * @throws {ServiceError} `upload_malformed`
   */
  async add(bytes: Uint8Array, fileType: string | undefined): Promise<void> {
    const more = bytes.subarray(0, BEGINNING_BYTES - this.#length);
    this.#bytes.set(more, this.#length);
    this.#length += more.length;
    if (fileType !== undefined && this.#length === BEGINNING_BYTES) await this.#look(fileType, false);
  }

  /**
   * Looks at it where nobody has yet: all that there is to the upload has come.
   *
   * @throws {ServiceError} `upload_malformed`
   */
  async end(fileType: string): Promise<void> {
    await this.#look(fileType, this.#length < BEGINNING_BYTES);
  }

  async #look(fileType: string, isAll: boolean): Promise<void> {
    if (this.#isLookedAt) return;
    this.#isLookedAt = true;
    await checkBeginning(layoutOf(fileType), this.#bytes.subarray(0, this.#length), isAll);
  }
}
