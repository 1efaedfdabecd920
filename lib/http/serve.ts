import { getRequestListener, RequestError } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ServiceError } from "../errors.ts";
import { log } from "../log.ts";
import { connectionsMost, connectionsOpen } from "../metrics.ts";
import { watchAccepting } from "./accept_watch.ts";
import { limitBody } from "./body_deadline.ts";
import { answerClientErrors } from "./client_errors.ts";
import { listenError } from "./listen_error.ts";
import { refusal } from "./refusal.ts";
import { endUnreadBody } from "./unread_body.ts";

/** How long, in milliseconds, clients may take for what. */
export interface Deadlines {
  /** The head of a request. */
  head: number;
  /** The body of a request, unless whoever reads it lifts this (`body_deadline.ts`). */
  request: number;
  /** Without a request on an open connection. */
  idle: number;
  /**
   * Without anything moving on a connection while a response is under way: longer than any is held, and than
   * events are silent. A client that does not read what it is sent is cut off after twice as long at most,
   * and what it held is freed.
   */
  stalled: number;
}

const DEADLINES: Deadlines = { head: 10_000, request: 20_000, idle: 60_000, stalled: 75_000 };
const HEAD_BYTES = 16 << 10;
/** Connections that wait to be accepted. Deno accepts all of them at once, before any can be refused. */
const MOST_WAITING = 511;
const SAY_AGAIN_MILLISECONDS = 60_000;

/** A server that listens. */
export interface Listening {
  hostname: string;
  port: number;
  /** Takes no more requests, and resolves when those under way are answered. */
  shutdown(): Promise<void>;
}

/** Where a server listens, how many connections it takes, and how long their clients may take. */
export interface ServeOptions {
  hostname: string;
  port: number;
  /** Further ones are closed as soon as they come. */
  maxConnections: number;
  deadlines?: Partial<Deadlines>;
  /** The variables that say where, for the sentence about an address that cannot be listened on. */
  settings?: string;
}

/**
 * Serves an app over HTTP/1.1, with deadlines and bounds against clients that send or read slowly, or not at
 * all, to hold connections open. By Node's server, since Deno's own has no such settings.
 *
 * @throws {ProcessError} where the port is taken, or the address is not this machine's
 */
export async function serveHttp(
  app: { fetch: (request: Request, bindings: unknown) => Response | Promise<Response> },
  { hostname, port, maxConnections, deadlines, settings = "HOST or PORT" }: ServeOptions,
): Promise<Listening> {
  const { head, request, idle, stalled } = { ...DEADLINES, ...deadlines };
  const listener = getRequestListener(app.fetch, {
    hostname,
    overrideGlobalObjects: false,
    errorHandler: respondToFault,
    // As endUnreadBody does, for every method.
    autoCleanupIncoming: false,
  });
  const underWay = new WeakMap<Duplex, ServerResponse>();
  const server = createServer({
    headersTimeout: head,
    // Of each request, since some bodies may take longer.
    requestTimeout: 0,
    keepAliveTimeout: idle,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: HEAD_BYTES,
    // Looked at below, so that the refusal is like all others.
    requireHostHeader: false,
  });
  const respond = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    underWay.set(incoming.socket, outgoing);
    limitBody(server, incoming, outgoing, request);
    endUnreadBody(incoming, outgoing);
    if (namesItsHost(incoming)) void listener(incoming, outgoing);
    else refuse(outgoing, new ServiceError("request_malformed"));
  };
  server.on("request", respond);
  // Expectations other than 100-continue may be passed over (RFC 9110, section 10.1.1).
  server.on("checkExpectation", respond);
  server.timeout = stalled;
  server.maxConnections = maxConnections;
  answerClientErrors(server, underWay);
  countConnections(server, maxConnections);
  const listen = (to: number) => listenOn(server, hostname, to, Math.min(MOST_WAITING, maxConnections));
  await listen(port).catch((error) => {
    throw listenError(error, hostname, port, settings);
  });
  // Without a listener the next error would end the process; the watch sees to what it says.
  server.on("error", (error) => log("http").error("the listening socket failed", { error: error.message }));
  const address = server.address() as { address: string; port: number };
  const endWatch = watchAccepting(
    server,
    { hostname: address.address, port: address.port },
    () => listen(address.port),
  );
  return {
    hostname: address.address,
    port: address.port,
    shutdown: () => {
      endWatch();
      return new Promise((resolve, reject) => {
        server.close((error) => error ? reject(error) : resolve());
        server.closeIdleConnections();
      });
    },
  };
}

/**
 * One Host, no more (RFC 9112, section 3.2): whoever stands between may go by another one than this service
 * does.
 */
function namesItsHost({ httpVersion, headersDistinct }: IncomingMessage): boolean {
  const hosts = headersDistinct["host"]?.length ?? 0;
  return hosts === 1 || (hosts === 0 && httpVersion === "1.0");
}

function refuse(outgoing: ServerResponse, error: ServiceError): void {
  const { status, headers, body } = refusal(error);
  outgoing.writeHead(status, headers);
  outgoing.end(body);
}

/**
 * Answers a request whose target or Host is none, which no app ever sees; and an app that fails, which none
 * should.
 */
function respondToFault(error: unknown): Response {
  if (error instanceof RequestError) return errorResponse(new ServiceError("request_malformed"));
  const id = crypto.randomUUID();
  log("http").error("the app failed", { id, error: error instanceof Error ? error.stack : String(error) });
  return errorResponse(new ServiceError("internal_error", { id }));
}

function errorResponse(error: ServiceError): Response {
  const { status, headers, body } = refusal(error);
  return new Response(body, { status, headers });
}

function listenOn(server: Server, host: string, port: number, backlog: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port, backlog }, resolve);
  return promise.finally(() => server.off("error", reject));
}

/** Tells Prometheus how many connections are open, and the log when there are as many as there may be. */
function countConnections(server: Server, most: number): void {
  let open = 0;
  connectionsMost.set(most);
  let saidAt = -Infinity;
  server.on("connection", (socket) => {
    connectionsOpen.set(++open);
    socket.once("close", () => connectionsOpen.set(--open));
    if (open < most || performance.now() - saidAt < SAY_AGAIN_MILLISECONDS) return;
    saidAt = performance.now();
    log("http").warning("as many connections are open as are taken: further ones are refused", { most });
  });
}
