import type { Random } from "../helpers/random.ts";
import type { Caller } from "./caller.ts";
import type { Job, Ledger, User } from "./ledger.ts";
import { pause } from "./pause.ts";
import { formOf, type Upload } from "./uploads.ts";

const PATH = "/v1/reconciliations/";
/** An upload waits for the storage, which may be away for long, and then for room among its user's files. */
const PATIENCE_SECONDS = 300;
const STRETCHES = 5;

/**
 * Sends a file to be reconciled until it is taken. It may be under way still when it was sent before, and so
 * it is sent again where it is refused for want of room.
 */
export async function sendUpload(
  caller: Caller,
  ledger: Ledger,
  user: User,
  upload: Upload,
  key: string,
): Promise<Job | undefined> {
  const { contentType, bytes } = await formOf(upload);
  const { status, json } = await caller.send(user, "POST", PATH, {
    headers: { "Idempotency-Key": key, "Content-Type": contentType },
    body: bytes,
    patienceSeconds: PATIENCE_SECONDS,
    isAccepted: (status) => status !== 429,
  });
  ledger.journal.count("uploads");
  if (status !== 200) {
    ledger.journal.violation(
      `An upload was answered ${status}: ${JSON.stringify({ json, fields: upload.fields })}`,
    );
    return undefined;
  }
  return ledger.accept(user, { body: upload.body, upload, idempotencyKey: key }, json);
}

/** Sends a file bit by bit, and hangs up: in the middle of it, or after all of it, before the response. */
export async function breakOffUpload(
  caller: Caller,
  user: User,
  upload: Upload,
  key: string,
  random: Random,
): Promise<void> {
  const { contentType, bytes } = await formOf(upload);
  const sent = random.chance(0.3) ? bytes : bytes.subarray(0, random.below(bytes.length));
  const milliseconds = random.below(2000);
  const stretch = Math.ceil(sent.length / STRETCHES) || 1;
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await pause(milliseconds / STRETCHES / 2);
      if (at < sent.length) controller.enqueue(sent.slice(at, at += stretch));
      // What ended here would be another, shorter form.
      else if (sent.length === bytes.length) controller.close();
      else await pause(milliseconds);
    },
  });
  await caller.drop(user, "POST", PATH, milliseconds, {
    headers: { "Idempotency-Key": key, "Content-Type": contentType },
    body,
  });
  caller.journal.count("uploads broken off");
}
