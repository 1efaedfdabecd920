import { Duplex } from "node:stream";
import type { Wire } from "./dial.ts";

/**
 * A connection for postgres.js that tells its loss by its end alone: what that driver is given to do between
 * an error and the end it never settles, and an error after the end has no listener.
 */
export function quiet(wire: Wire): Wire {
  const emit: Wire["emit"] = wire.emit.bind(wire);
  wire.emit = (event: string, ...args: unknown[]) => {
    if (event === "error") return true;
    // Whether it ended by an error; the driver waits longer then.
    return emit(event, ...event === "close" ? [false] : args);
  };
  return wire;
}

/** What stands in for a connection that could not be opened: that driver learns of it in no other way. */
export function failedSocket(error: Error): Duplex {
  const socket = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() });
  setImmediate(() => socket.destroy(error));
  return socket;
}
