import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ServiceError } from "../errors.ts";
import { log } from "../log.ts";
import { refusal } from "./refusal.ts";

/** What Node's parser calls a head that is too large, and a request that took too long. */
const CODES = {
  HPE_HEADER_OVERFLOW: ["headers_too_large", "431 Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["request_too_slow", "408 Request Timeout"],
} as const;
const MALFORMED = ["request_malformed", "400 Bad Request"] as const;

/**
 * Answers what never becomes a request: bytes that are not HTTP, heads that are too large, requests that come
 * too slowly. As JSON, like every other error, and with the end of the connection.
 *
 * @param underWay the response that a connection is waiting for, where there is one
 */
export function answerClientErrors(server: Server, underWay: WeakMap<Duplex, ServerResponse>): void {
  server.on("clientError", (error: Error & { code?: string }, socket: Duplex) => {
    const [code, status] = CODES[error.code as keyof typeof CODES] ?? MALFORMED;
    const before = underWay.get(socket);
    const isThere = error.code !== "ECONNRESET" && socket.writable;
    // What is wrong came behind a request that was whole, whose response is not to be another's.
    if (isThere && before?.req.complete && !before.writableFinished && !before.closed) {
      before.once("finish", () => socket.end(() => socket.destroy()));
      return;
    }
    // Whoever has hung up hears nothing, and a response that has begun cannot be taken back.
    if (!isThere || before?.headersSent) {
      socket.destroy();
      return;
    }
    const requestId = endWith(socket, status, new ServiceError(code));
    log("http").debug("a request could not be read", { code: error.code ?? error.message, requestId });
  });
  // This is no proxy; without a listener Node closes the connection without a word.
  server.on("connect", ({ method = "CONNECT", url: path = "" }: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => socket.destroy());
    const error = new ServiceError("method_not_allowed", { method, path, allowed: "no such method" });
    endWith(socket, "405 Method Not Allowed", error, { allow: "" });
  });
}

/**
 * Says an error as the last thing on a connection.
 *
 * @returns the ID of the request, as the response has it
 */
function endWith(
  socket: Duplex,
  status: string,
  error: ServiceError,
  more: Record<string, string> = {},
): string {
  const { headers, body } = refusal(error);
  const head = Object.entries({ connection: "close", ...headers, ...more }).map(([name, value]) =>
    `${name}: ${value}`
  );
  socket.end(
    [`HTTP/1.1 ${status}`, ...head, "", new TextDecoder().decode(body)].join("\r\n"),
    () => socket.destroy(),
  );
  return headers["x-request-id"]!;
}
