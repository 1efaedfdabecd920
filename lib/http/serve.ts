import { serve } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { listenError } from "./listen_error.ts";

/** How long a client may take for the head of a request, and for all of it. */
const HEAD_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 30_000;
/** How long a connection may stay open without a request. */
const IDLE_MILLISECONDS = 60_000;
const HEAD_BYTES = 16 << 10;

/** A server that listens. */
export interface Listening {
  hostname: string;
  port: number;
  /** Takes no more requests, and resolves when those under way are answered. */
  shutdown(): Promise<void>;
}

/** Where a server listens, and what it sends with every response. */
export interface ServeOptions {
  hostname: string;
  port: number;
  headers?: Readonly<Record<string, string>>;
  /** The variables that say where, for the sentence about an address that cannot be listened on. */
  settings?: string;
}

/**
 * Serves an app over HTTP/1.1, with deadlines and limits against clients that send slowly, or not at all, to hold
 * connections open. By Node's server, since Deno's own has no such settings.
 *
 * @throws {ProcessError} where the port is taken, or the address is not this machine's
 */
export async function serveHttp(
  app: { fetch: (request: Request) => Response | Promise<Response> },
  { hostname, port, headers: always, settings = "HOST or PORT" }: ServeOptions,
): Promise<Listening> {
  /** Sends the headers with every answer: here they cost a third of what setting them on each `Response` does. */
  class WithHeaders<Request extends IncomingMessage> extends ServerResponse<Request> {
    // deno-lint-ignore no-explicit-any -- one of several signatures; node-server uses this one
    override writeHead(status: number, headers?: any): this {
      return super.writeHead(status, { ...always, ...headers });
    }
  }
  const listening = Promise.withResolvers<{ address: string; port: number }>();
  const server = serve({
    fetch: app.fetch,
    hostname,
    port,
    createServer,
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: HEAD_MILLISECONDS,
      requestTimeout: REQUEST_MILLISECONDS,
      keepAliveTimeout: IDLE_MILLISECONDS,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: HEAD_BYTES,
      ServerResponse: WithHeaders,
    },
  }, listening.resolve) as Server;
  server.once("error", (error) => listening.reject(listenError(error, hostname, port, settings)));
  const address = await listening.promise;
  return {
    hostname: address.address,
    port: address.port,
    shutdown: () =>
      new Promise((resolve, reject) => {
        server.close((error) => error ? reject(error) : resolve());
        server.closeIdleConnections();
      }),
  };
}
