import type { UploadLayout } from "./layout.ts";
import { malformed } from "./read_upload.ts";

/**
 * So many records may be left out: each is named, in a hundred times as many bytes as it may have, and where
 * there are more, something is wrong with the file as a whole.
 */
const MOST_LEFT_OUT = 1_000_000;

/** Bounds what an upload may have the database store. */
export class UploadBounds {
  #leftOut = 0;
  #first = "";

  constructor(readonly layout: Pick<UploadLayout, "title" | "mostRecords">) {}

  /**
   * Counts a record.
   *
   * @param fault why it is left out, where it is
   * @throws {ServiceError} `upload_malformed`
   */
  count(rowNumber: number, fault: string | undefined): void {
    const { title, mostRecords } = this.layout;
    if (mostRecords !== undefined && rowNumber - 1 > mostRecords) {
      throw malformed(
        `The file has more than ${mostRecords} records; wanted a ${title}, which has one an account`,
      );
    }
    if (fault === undefined) return;
    if (this.#leftOut === 0) this.#first = `row ${rowNumber}: ${fault.replace(/\.$/, "")}`;
    this.#leftOut += 1;
    if (this.#leftOut > MOST_LEFT_OUT) {
      throw malformed(
        `More than ${MOST_LEFT_OUT} records of the file cannot be read, the first of them ${this.#first}`,
      );
    }
  }
}
