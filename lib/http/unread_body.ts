import type { IncomingMessage, ServerResponse } from "node:http";
import { isBodyLimitLifted } from "./body_deadline.ts";

/** How long a client that has its response may go on with the body of its request. */
const LINGER_MILLISECONDS = 1000;
/** The same of a body that may be large: not every client looks for a response before it has sent all. */
const LARGE_LINGER_MILLISECONDS = 15_000;
/** What a client has mostly sent before it could look for a response. */
const LARGE_BYTES = 64 << 10;

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
    const timer = setTimeout(() => incoming.socket.destroy(), lingerOf(incoming));
    const stay = () => clearTimeout(timer);
    incoming.once("end", stay).once("close", () => incoming.complete && stay());
    incoming.socket.once("close", stay);
    throwAway(incoming);
  });
}

/**
 * Waits until what nobody will read of a request's body has come, for as long as a client may go on with it
 * once it has its response. For a response that ends the connection, with which nobody would hear the client
 * out any more. Nothing happens where whoever reads the body sees to that.
 */
export async function hearOut(incoming: IncomingMessage): Promise<void> {
  if (incoming.complete || incoming.destroyed || isBodyLimitLifted(incoming)) return;
  const heard = Promise.withResolvers<void>();
  const timer = setTimeout(heard.resolve, lingerOf(incoming));
  incoming.once("end", heard.resolve).once("close", heard.resolve);
  throwAway(incoming);
  await heard.promise;
  clearTimeout(timer);
}

/** Nobody takes it any more: whoever has stopped reading would hold it up. */
function throwAway(incoming: IncomingMessage): void {
  incoming.removeAllListeners("data");
  incoming.resume();
}

function lingerOf(incoming: IncomingMessage): number {
  const { headers } = incoming;
  const isLarge = isBodyLimitLifted(incoming) || headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > LARGE_BYTES;
  return isLarge ? LARGE_LINGER_MILLISECONDS : LINGER_MILLISECONDS;
}
