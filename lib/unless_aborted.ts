/**
 * What some work gives; the signal's reason is thrown as soon as that is aborted, and nobody hears of the
 * work.
 *
 * Nothing of it stays with the signal, which may live on and be waited beside any number of times. A promise
 * that lives on keeps every `Promise.race` that it was ever in.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {});
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
