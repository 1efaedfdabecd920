/** Writes a file all but for its end, says so, and waits to be killed: write_and_wait.ts FOLDER KEY */
import { setTimeout as sleep } from "node:timers/promises";
import { LocalStore } from "../../lib/storage/local.ts";

const [dir, key] = Deno.args as [string, string];
const store = new LocalStore({ dir, publicUrl: "http://localhost", signingSecret: undefined });
const writer = await store.create({ key, fileName: key.split("/").at(-1)!, contentType: "text/csv" });
await writer.write(new Uint8Array(1 << 20));
await Deno.stdout.write(new TextEncoder().encode("written"));
await sleep(60_000);
