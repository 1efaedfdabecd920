import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Holds bytes, as they are read from the storage, to those that were stored. */
export interface ByteCheck {
  /** Takes the next bytes. */
  add(bytes: Uint8Array): void;
  /** Whether all of them, now that they have come, were the right ones. */
  isRight(): boolean;
}

/** That a stored file is what was stored, told by its SHA-256, however often it is read. */
export class ByteChecks {
  /** What an earlier reading came to. */
  #checksum: number | undefined;

  /** @param sha256 of the file, in hexadecimal */
  constructor(readonly sha256: string) {}

  /**
   * Of a reading before the last: takes what was read for the right bytes; whether they were is told with the
   * last reading, which must have come to the same checksum.
   */
  early(): ByteCheck {
    let checksum = 0;
    return {
      add: (bytes) => checksum = crc32(bytes, checksum),
      isRight: () => {
        this.#checksum = checksum;
        return true;
      },
    };
  }

  /** Of the last reading. */
  last(): ByteCheck {
    const hash = createHash("sha256");
    let checksum = 0;
    return {
      add: (bytes) => {
        hash.update(bytes);
        if (this.#checksum !== undefined) checksum = crc32(bytes, checksum);
      },
      isRight: () => hash.digest("hex") === this.sha256 && checksum === (this.#checksum ?? 0),
    };
  }
}
