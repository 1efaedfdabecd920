import assert from "node:assert/strict";
import { startService } from "../helpers/service.ts";
import { within } from "../helpers/within.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Reads all that a connection sends until the other side closes it. */
async function rest(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let text = "";
  try {
    for (let count; (count = await connection.read(buffer)) !== null;) {
      text += decoder.decode(buffer.subarray(0, count));
    }
  } catch {
    // Reset is closed as well.
  }
  connection.close();
  return text;
}

Deno.test("heads that are slow or large", async (t) => {
  await using service = await startService();
  await t.step(
    "clients that send a request's head slowly are cut off, and meanwhile everybody else is answered",
    async () => {
      const { hostname, port } = new URL(service.api.url);
      const slow = await Promise.all(Array.from({ length: 300 }, async () => {
        const connection = await Deno.connect({ hostname, port: Number(port) });
        await connection.write(bytes("POST /v1/generate_detached_file/ HTTP/1.1\r\nHost: x\r\nX-Slow: "));
        return connection;
      }));
      const dripping = setInterval(
        () => slow.forEach((connection) => connection.write(bytes("a")).catch(() => {})),
        1000,
      );
      const response = await service.api.send("GET", "/healthz");
      assert.equal(response.status, 200);
      const ends = await within(60, "the slow ones' end", Promise.all(slow.map(rest)));
      clearInterval(dripping);
      assert.ok(ends.every((text) => text === "" || text.startsWith("HTTP/1.1 408")));
      assert.equal((await service.api.send("GET", "/healthz")).status, 200);
    },
  );

  await t.step("a request whose head is too large is refused", async () => {
    const { hostname, port } = new URL(service.api.url);
    for (const head of [`X-A: ${"a".repeat(100_000)}\r\n`, "X-A: a\r\n".repeat(20_000)]) {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(bytes(`GET /healthz HTTP/1.1\r\nHost: x\r\n${head}\r\n`)).catch(() => {});
      assert.match(await rest(connection), /^(HTTP\/1.1 431|$)/);
    }
    assert.equal((await service.api.send("GET", "/healthz")).status, 200);
  });
});
