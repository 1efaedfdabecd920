import type { IncomingMessage, Server, ServerResponse } from "node:http";

const lifted = new WeakSet<IncomingMessage>();
const timers = new WeakMap<IncomingMessage, ReturnType<typeof setTimeout>>();

/**
 * Ends a request whose body has not arrived in time, in the way of Node's own deadline (`requestTimeout`),
 * which is the same for every request of a server.
 */
export function limitBody(
  server: Server,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  milliseconds: number,
): void {
  if (!hasBody(incoming)) return;
  const timer = setTimeout(() => {
    if (incoming.complete || incoming.destroyed) return;
    const error = Object.assign(new Error("the body has not arrived"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
    server.emit("clientError", error, incoming.socket);
  }, milliseconds);
  timers.set(incoming, timer);
  outgoing.once("close", () => clearTimeout(timer));
}

/**
 * Lets the body of a request take as long as it takes: whoever reads it sees to it that it does not stand
 * still. Nothing happens where a request has no deadline, or did not come by a server.
 */
export function liftBodyLimit(incoming: IncomingMessage | undefined): void {
  if (!incoming) return;
  lifted.add(incoming);
  clearTimeout(timers.get(incoming));
}

/** Whether the body of a request was allowed to take as long as it takes. */
export const isBodyLimitLifted = (incoming: IncomingMessage): boolean => lifted.has(incoming);

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
