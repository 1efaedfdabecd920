import type { Sql } from "../db.ts";
import { isUnavailable } from "../db/unavailable.ts";

/** Where a full disk shows for sure: so much does not fit into what is left of the tables' last pages. */
const PROBE_ROWS = 8;
/** Random, so that it is not stored any smaller. */
const PROBE_BYTES = 1500;

/** Thrown to undo what a probe has stored. */
class Undo extends Error {}

/** Whether requests can be stored just now: a database that answers may still take no writes. */
export class Storing {
  #hasFailed = false;

  /** Takes note of an error that a request has ended with. */
  noteError(error: unknown): void {
    if (isUnavailable(error)) this.#hasFailed = true;
  }

  /**
   * Looks whether the database takes writes. Where a request could not be stored lately, by storing
   * something, and undoing it.
   *
   * @throws the database's error, or one that says why not
   */
  async check(sql: Sql): Promise<void> {
    const [row] = await sql<{ isReadOnly: boolean }[]>`
      SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "isReadOnly"`;
    if (row!.isReadOnly) throw new Error("the database takes no writes: it is a standby, or read-only");
    if (!this.#hasFailed) return;
    await sql.begin(async (tx) => {
      for (let i = 0; i < PROBE_ROWS; i++) {
        const bytes = crypto.getRandomValues(new Uint8Array(PROBE_BYTES)).toHex();
        await tx`INSERT INTO audit_event (action, request_id, detail) VALUES ('download', 'probe', ${
          tx.json({ bytes })
        })`;
      }
      throw new Undo();
    }).catch((error) => {
      if (!(error instanceof Undo)) throw error;
    });
    this.#hasFailed = false;
  }
}
