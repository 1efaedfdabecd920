import { serve } from "@hono/node-server";
import { createServer, type Server } from "node:http";

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

/** Where a server listens. */
export interface ServeOptions {
  hostname: string;
  port: number;
}

/**
 * Serves an app over HTTP/1.1, with deadlines and limits against clients that send slowly, or not at all, to hold
 * connections open. By Node's server, since Deno's own has no such settings.
 *
 * @throws where the port is taken
 */
export async function serveHttp(
  app: { fetch: (request: Request) => Response | Promise<Response> },
  { hostname, port }: ServeOptions,
): Promise<Listening> {
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
    },
  }, listening.resolve) as Server;
  server.once("error", listening.reject);
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
