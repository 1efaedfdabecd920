import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ConnectionTarget, Server } from "./connection_url.ts";

/** A connection to a server that nothing has been said on yet, save for its encryption. */
export type Wire = (Socket | TLSSocket) & { server?: Server };

// Postgres' protocol, "Message Formats": SSLRequest, and what it is answered by.
const SSL_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);
const ENCRYPTED = 0x53; // S
const NOT_ENCRYPTED = 0x4e; // N

/** A connection could not be opened in time. */
export class ConnectTimeout extends Error {
  override readonly name = "ConnectTimeout";
  readonly code = "CONNECT_TIMEOUT";
}

/** A connection was closed before anything could be said on it. */
class ClosedEarly extends Error {
  override readonly name = "ClosedEarly";
  readonly code = "CONNECTION_CLOSED";
}

/** A server takes no encrypted connections, and only such are wanted. */
export class NotEncrypted extends Error {
  override readonly name = "NotEncrypted";
  readonly code = "ERR_TLS_NOT_OFFERED";
}

/** A folder has no socket of a server's, or this process is not shown it. */
class NoSocket extends Error {
  override readonly name = "NoSocket";
  readonly code = "ENOENT";
  readonly syscall = "connect";

  constructor(path: string, options: ErrorOptions) {
    super(
      `there is no socket ${path}, or this process may not use it (the tasks may use those in /run/postgresql and ` +
        `/var/run/postgresql)`,
      options,
    );
  }
}

/**
 * Opens a connection to a server: the same one, whichever driver it is for.
 *
 * @throws the socket's error, `ConnectTimeout`, `NoSocket` or `NotEncrypted`
 */
export async function dial(target: ConnectionTarget, server: Server): Promise<Wire> {
  return Object.assign(await dialAsWanted(target, server), { server });
}

async function dialAsWanted(target: ConnectionTarget, server: Server): Promise<Wire> {
  const { mode } = target.encryption;
  if (server.host.startsWith("/")) return await dialSocket(target, server);
  if (mode === "never") return await dialOnce(target, server, false);
  if (mode === "always") return await dialOnce(target, server, true);
  try {
    return await dialOnce(target, server, true);
  } catch (error) {
    if (!isTlsError(error)) throw error;
    return await dialOnce(target, server, false);
  }
}

/** Opens a socket in a folder; nobody listens in on one, so nothing is encrypted. */
async function dialSocket(target: ConnectionTarget, server: Server): Promise<Wire> {
  try {
    return await dialOnce(target, server, false);
  } catch (error) {
    const { NotFound, NotCapable, PermissionDenied } = Deno.errors;
    const isHidden = [NotFound, NotCapable, PermissionDenied].some((kind) => error instanceof kind) ||
      (error as { code?: unknown }).code === "ENOENT";
    throw isHidden ? new NoSocket(socketPath(server), { cause: error }) : error;
  }
}

const socketPath = ({ host, port }: Server): string => `${host}/.s.PGSQL.${port}`;

const isTlsError = (error: unknown): boolean =>
  /^(ERR_(TLS|SSL)|EPROTO|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)|InvalidData/.test(
    String((error as { code?: unknown } | null)?.code ?? (error as Error | null)?.name),
  );

async function dialOnce(target: ConnectionTarget, server: Server, encrypted: boolean): Promise<Wire> {
  const { connectSeconds, keepAliveSeconds } = target;
  const { host, address, port } = server;
  const socket = host.startsWith("/") ? connect(socketPath(server)) : connect(port, address ?? host);
  // Until whoever it is for listens, an error would end the process.
  socket.on("error", () => {});
  const late = () => socket.destroy(new ConnectTimeout(`no connection in ${connectSeconds} s`));
  const timer = setTimeout(late, connectSeconds * 1000);
  try {
    await event(socket, "connect");
    socket.setNoDelay(true);
    if (keepAliveSeconds !== undefined) socket.setKeepAlive(true, keepAliveSeconds * 1000);
    return encrypted ? await encrypt(socket, target, server) : socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for something of a socket; its end, which may come without an error, is one then. */
async function event(socket: Wire, name: string): Promise<unknown[]> {
  const over = new AbortController();
  const closed = once(socket, "close", { signal: over.signal }).then(() => {
    throw new ClosedEarly("the server has closed the connection");
  });
  closed.catch(() => {});
  try {
    return await Promise.race([once(socket, name, { signal: over.signal }), closed]);
  } finally {
    over.abort();
  }
}

async function encrypt(socket: Socket, { encryption }: ConnectionTarget, { host }: Server): Promise<Wire> {
  if (!encryption.direct) {
    socket.write(SSL_REQUEST);
    const [answer] = await event(socket, "data") as [Uint8Array];
    // More than one byte would be somebody else's words before the encryption.
    if (answer[0] !== ENCRYPTED || answer.length > 1) {
      if (encryption.mode === "where possible" && answer[0] === NOT_ENCRYPTED && answer.length === 1) {
        return socket;
      }
      throw new NotEncrypted("the server does not support TLS");
    }
  }
  const wire = connectTls({ ...encryption.tls, socket, host, ...isIP(host) === 0 && { servername: host } });
  wire.on("error", () => {});
  await event(wire, "secureConnect");
  return wire;
}
