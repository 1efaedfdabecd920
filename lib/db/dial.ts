import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ConnectionTarget } from "./connection_url.ts";

/** A connection to a server that nothing has been said on yet, save for its encryption. */
export type Wire = Socket | TLSSocket;

// Postgres' protocol, "Message Formats": SSLRequest, and what it is answered by.
const SSL_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);
const ENCRYPTED = 0x53; // S

/** A connection could not be opened in time. */
export class ConnectTimeout extends Error {
  override readonly name = "ConnectTimeout";
  readonly code = "CONNECT_TIMEOUT";
}

/**
 * Opens a connection to a server: the same one, whichever driver it is for.
 *
 * @throws the socket's error, or `ConnectTimeout`
 */
export async function dial(target: ConnectionTarget): Promise<Wire> {
  const { host, port, connectSeconds } = target;
  const socket = host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  const late = () => socket.destroy(new ConnectTimeout(`no connection in ${connectSeconds} s`));
  const timer = setTimeout(late, connectSeconds * 1000);
  try {
    await once(socket, "connect");
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    return target.tls ? await encrypt(socket, target) : socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function encrypt(socket: Socket, { host, tls }: ConnectionTarget): Promise<Wire> {
  socket.write(SSL_REQUEST);
  const [answer] = await once(socket, "data") as [Uint8Array];
  if (answer[0] !== ENCRYPTED || answer.length > 1) throw new Error("the server does not support TLS");
  const encrypted = connectTls({ ...tls, socket, host, ...isIP(host) === 0 && { servername: host } });
  await once(encrypted, "secureConnect");
  return encrypted;
}
