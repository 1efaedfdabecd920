import type { IncomingMessage, ServerResponse } from "node:http";
import { isBodyLimitLifted } from "./body_deadline.ts";

/** How long a client that has its response may go on with the body of its request. */
const LINGER_MILLISECONDS = 1000;
/** The same of a body that may be large: not every client looks for a response before it has sent all. */
const LARGE_LINGER_MILLISECONDS = 15_000;

/**
 * Ends a connection whose request was answered before its body had arrived, if the rest does not come soon:
 * nobody reads it, and the time that a request may take is over with its response.
 *
 * Not at once, since a client that still sends would then be told of the end only, and never see the response
 * (RFC 9112, section 9.6).
 */
export function endUnreadBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.once("finish", () => {
    if (incoming.complete) return;
    const milliseconds = isBodyLimitLifted(incoming) ? LARGE_LINGER_MILLISECONDS : LINGER_MILLISECONDS;
    const timer = setTimeout(() => incoming.socket.destroy(), milliseconds);
    const stay = () => clearTimeout(timer);
    incoming.once("end", stay).once("close", () => incoming.complete && stay());
    incoming.socket.once("close", stay);
    incoming.resume();
  });
}
