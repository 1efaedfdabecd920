import assert from "node:assert/strict";
import { unlessAborted } from "../lib/unless_aborted.ts";

Deno.test("work that is waited for beside a signal gives what it gives, or the signal's reason at once", async () => {
  const stop = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve(7), stop.signal), 7);
  await assert.rejects(unlessAborted(Promise.reject(new Error("its own")), stop.signal), {
    message: "its own",
  });
  const waiting = unlessAborted(new Promise(() => {}), stop.signal);
  stop.abort(new Error("the reason"));
  await assert.rejects(waiting, { message: "the reason" });
  await assert.rejects(unlessAborted(Promise.resolve(7), stop.signal), { message: "the reason" });
});

Deno.test("nothing stays with a signal that is waited beside again and again", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  signal.addEventListener = (_: string, listener: unknown) => void listeners.add(listener);
  signal.removeEventListener = (_: string, listener: unknown) => void listeners.delete(listener);
  for (let i = 0; i < 3; i++) {
    const working = Promise.withResolvers<void>();
    const waiting = unlessAborted(working.promise, signal);
    assert.equal(listeners.size, 1);
    working.resolve();
    await waiting;
    assert.equal(listeners.size, 0);
  }
});
