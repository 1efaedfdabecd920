/** Stores files on a disk of 4 MiB until it is full, and tells what came of it: fill_disk.ts FOLDER */
import { ServiceError } from "../../lib/errors.ts";
import { LocalStore } from "../../lib/storage/local.ts";

const [dir] = Deno.args as [string];
const store = new LocalStore({ dir, publicUrl: "http://localhost", signingSecret: undefined });
const create = (key: string) =>
  store.create({ key, fileName: key.split("/").at(-1)!, contentType: "text/csv" });
const say = (text: string) => Deno.stdout.write(new TextEncoder().encode(`${text}\n`));

function describe(error: unknown): string {
  if (!(error instanceof ServiceError)) return String(error);
  const isFull = String(error.cause).includes("No space left");
  return `${error.code}${isFull ? ", no space left" : ""}`;
}

const writer = await create("1/1/large.csv");
try {
  for (let mebibyte = 0; mebibyte < 8; mebibyte++) await writer.write(new Uint8Array(1 << 20));
  await say("write: took everything");
} catch (error) {
  await say(`write: ${describe(error)}`);
}
await say(`visible: ${await store.open("1/1/large.csv") ? "some" : "none"}`);
await say(`check: ${await store.check().then(() => "fine", (error) => describe(error).split(",")[0])}`);
await writer.abort();
const second = await create("1/2/small.csv");
await second.write(new Uint8Array(1 << 20));
await second.finish();
await say(`after: ${await store.open("1/2/small.csv") ? "stored" : "not stored"}`);
