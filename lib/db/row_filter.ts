const ROW = 0x44; // D: DataRow
const HEAD_BYTES = 5;

/** Rows as the server sent them: one or more whole DataRow messages, end to end, undecoded. */
export type RowMessages = Uint8Array;

/**
 * Parts what a server sends (Postgres' protocol, "Message Formats"), however the network cuts it: while
 * somebody wants rows, DataRow messages go there, as many in one buffer as came together; everything else
 * goes to the driver, unchanged and in order.
 *
 * It must see a connection's bytes from the first one on, since a message's beginning is told by the end of
 * the one before.
 */
export class RowFilter {
  /**
   * Takes rows from now on; without it they go to the driver. To be changed only by what the driver learns
   * from a message.
   */
  onRows: ((rows: RowMessages) => void) | undefined;
  /** Whether no rows are ordered just now, in the midst of a cursor: the server waits for that. */
  isPaused = false;
  /** The beginning of a message whose head has not come as a whole. */
  #head: Uint8Array | undefined;
  /** The beginning of a row whose end has not come. */
  #row: Uint8Array[] | undefined;
  /** How many bytes are still to come of a message that has begun. */
  #lacking = 0;

  /** @param pass takes what is for the driver */
  constructor(readonly pass: (bytes: Uint8Array) => void) {}

  /** Takes what has come; nobody may change it afterwards. */
  push(bytes: Uint8Array): void {
    let at = 0;
    if (this.#head) {
      bytes = Buffer.concat([this.#head, bytes]);
      this.#head = undefined;
    } else if (this.#lacking > 0) {
      at = Math.min(this.#lacking, bytes.length);
      this.#lacking -= at;
      if (this.#row) this.#endRow(bytes.subarray(0, at));
      else this.pass(bytes.subarray(0, at));
    }
    while (at < bytes.length) at = this.#take(bytes, at);
  }

  #endRow(bytes: Uint8Array): void {
    const row = this.#row!;
    row.push(bytes);
    if (this.#lacking > 0) return;
    this.#row = undefined;
    this.#give(Buffer.concat(row));
  }

  /**
   * Takes messages of one kind that lie end to end, or the beginning of one.
   *
   * @returns where the rest begins
   */
  #take(bytes: Uint8Array, from: number): number {
    const isRow = bytes[from] === ROW && this.onRows !== undefined;
    let end = from;
    while (bytes.length - end >= HEAD_BYTES && (bytes[end] === ROW && this.onRows !== undefined) === isRow) {
      const next = end + messageSize(bytes, end);
      if (next > bytes.length) break;
      end = next;
    }
    if (end > from) {
      const whole = bytes.subarray(from, end);
      if (isRow) this.#give(whole);
      else this.pass(whole);
      return end;
    }
    const rest = bytes.subarray(from);
    if (rest.length < HEAD_BYTES) {
      this.#head = rest;
    } else {
      this.#lacking = messageSize(bytes, from) - rest.length;
      if (isRow) this.#row = [rest];
      else this.pass(rest);
    }
    return bytes.length;
  }

  #give(rows: RowMessages): void {
    // Whoever has given up in the middle of a row does not want its end.
    this.onRows?.(rows);
  }
}

/** The length that a message states leaves out the byte of its type. */
const messageSize = (bytes: Uint8Array, at: number): number =>
  1 + (bytes[at + 1]! << 24 | bytes[at + 2]! << 16 | bytes[at + 3]! << 8 | bytes[at + 4]!);
