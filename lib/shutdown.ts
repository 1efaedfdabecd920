/** Resolves with the name of the first signal that asks this process to stop: SIGINT, SIGTERM or SIGHUP. */
export function stopSignal(): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // Stays on: a second Ctrl-C must not cut short what the first one began.
      Deno.addSignalListener(signal, () => resolve(signal));
    }
  });
}
