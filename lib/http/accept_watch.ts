import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "../log.ts";
import { reachable } from "./address.ts";
import { isOutOfFiles } from "./open_files.ts";

const LOOK_MILLISECONDS = 2_000;
const ANSWER_MILLISECONDS = 1_000;
const GRACE_MILLISECONDS = 100;
/** How often in a row it must not have accepted: once may be a machine that has much to do. */
const PROOF = 2;

/** Where a server listens. */
export interface Address {
  hostname: string;
  port: number;
}

/**
 * Sees to it that a server goes on accepting connections, by making one every few seconds. When accepting has
 * failed once, since no file descriptor was left, Deno's server accepts nothing more for good and tells
 * nobody; listening anew mends it.
 *
 * @param address where it listens
 * @param listen makes it listen again; rejects where it cannot
 * @returns ends the watch
 */
export function watchAccepting(server: Server, address: Address, listen: () => Promise<unknown>): () => void {
  const ended = new AbortController();
  void (async () => {
    let missed = 0;
    while (!ended.signal.aborted) {
      await sleep(LOOK_MILLISECONDS, undefined, { signal: ended.signal }).catch(() => {});
      if (ended.signal.aborted) return;
      if (server.listening && await accepts(address, ended.signal)) {
        missed = 0;
        continue;
      }
      if (server.listening && ++missed < PROOF) continue;
      log("http").error("connections are no longer accepted: listening anew", { port: address.port });
      try {
        if (server.listening) server.close();
        await listen();
        missed = 0;
        log("http").info("listening again", { port: address.port });
      } catch (error) {
        log("http").error("could not listen: trying again", { port: address.port, error: String(error) });
      }
    }
  })();
  return () => ended.abort();
}

/** Whether a connection is taken: one that is ended at once is ended by the server too, be it full or not. */
async function accepts({ hostname, port }: Address, ended: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const late = new AbortController();
  void (async () => {
    const signal = AbortSignal.any([over.signal, ended]);
    await sleep(ANSWER_MILLISECONDS, undefined, { signal });
    // What came while this process was busy is looked at before it is said that nothing came.
    await sleep(GRACE_MILLISECONDS, undefined, { signal });
  })().catch(() => {}).finally(() => late.abort());
  try {
    using connection = await Deno.connect({ hostname: reachable(hostname), port, signal: late.signal });
    late.signal.addEventListener("abort", () => connection[Symbol.dispose](), { once: true });
    await connection.closeWrite();
    // To be reset is to be taken as well.
    const taken = await connection.read(new Uint8Array(1)).then(() => true, () => !late.signal.aborted);
    return taken || ended.aborted;
  } catch (error) {
    if (isOutOfFiles(error)) {
      log("http").error("this process has no file descriptor left");
      // Nothing can be told of the server, and it could not listen anew either.
      return true;
    }
    // Nor can anything be told without the permission to connect.
    return ended.aborted || error instanceof Deno.errors.NotCapable;
  } finally {
    over.abort();
  }
}
