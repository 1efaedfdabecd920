import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect as dial, createServer, type Server } from "node:net";
import { connect, connectForQueue, isConnectionLoss, openSession } from "../../lib/db.ts";
import { testDatabase } from "../helpers/database.ts";

// Postgres' protocol, "Message Formats": ReadyForQuery outside a transaction, and the error by which a server
// ends a connection.
const READY = new Uint8Array([0x5a, 0, 0, 0, 5, 0x49]);
const FIELDS = "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0";
const ENDED = new Uint8Array([0x45, 0, 0, 0, 4 + FIELDS.length, ...new TextEncoder().encode(FIELDS)]);

/**
 * Passes everything on to a server, and ends each connection in the very packet that says that it is ready.
 */
async function endingProxy(url: string): Promise<{ url: string; server: Server }> {
  const target = new URL(url);
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.on("data", (bytes) => far.write(bytes));
    near.on("close", () => far.destroy());
    far.on("data", (bytes: Uint8Array) => {
      if (bytes.length < READY.length || !READY.every((byte, i) => bytes.at(i - READY.length) === byte)) {
        return void near.write(bytes);
      }
      near.end(new Uint8Array([...bytes, ...ENDED]));
      far.destroy();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: Object.assign(new URL(url), { port: String((server.address() as AddressInfo).port) }).href,
    server,
  };
}

/** Every kind of connection that the service has, asked something. */
const WAYS: Record<string, (url: string) => Promise<unknown>> = {
  async pool(url) {
    const sql = connect(url, { max: 1, name: "test" });
    await sql`SELECT 1`.finally(() => sql.end({ timeout: 1 }));
  },
  async pipelined(url) {
    const sql = connect(url, { max: 1, name: "test", pipelined: true });
    await sql`SELECT 1`.finally(() => sql.end({ timeout: 1 }));
  },
  async transaction(url) {
    const sql = connect(url, { max: 1, name: "test" });
    await sql.begin((tx) => tx`SELECT 1`).finally(() => sql.end({ timeout: 1 }));
  },
  async session(url) {
    const session = await openSession(url, "test");
    await session.query("SELECT 1").finally(() => session.end());
  },
  async queue(url) {
    const pool = connectForQueue(url, { max: 1, name: "test" });
    await pool.query("SELECT 1").finally(() => pool.end());
  },
};

for (const [way, ask] of Object.entries(WAYS)) {
  Deno.test(`a connection that the server ends as soon as it is ready is lost, and no more: ${way}`, async () => {
    await using db = await testDatabase();
    const proxy = await endingProxy(db.url);
    try {
      await assert.rejects(ask(proxy.url), isConnectionLoss);
    } finally {
      proxy.server.close();
      await once(proxy.server, "close");
    }
  });
}
