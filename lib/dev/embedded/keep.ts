/**
 * The process that starts Postgres, keeps it and stops it; started by `embed.ts`, which decides what it may
 * do.
 *
 * It stops when its standard input ends, and so also when the process that wanted Postgres is killed.
 * Arguments: folder, version, name, settings as JSON.
 */
import { stopSignal } from "../../shutdown.ts";
import { tell, tellError } from "./messages.ts";
import { Server } from "./server.ts";

const [folder, version, name, settings] = Deno.args;
if (!folder || !version || !name || !settings) throw new Error("an argument is missing");

const abort = new AbortController();
const stopped = Promise.race([stopSignal(), endOfInput()]).then(() => abort.abort());

async function endOfInput(): Promise<void> {
  while (await Deno.stdin.read(new Uint8Array(256)) !== null);
}

try {
  // However this ends, it is stopped: also where whoever wanted it is gone before it can be told anything.
  await using server = await Server.start({
    folder,
    version,
    name,
    settings: JSON.parse(settings),
    signal: abort.signal,
  });
  tell({ ready: { url: server.url } });
  const lastWords = await Promise.race([stopped, server.ended]);
  if (lastWords !== undefined) tell({ error: `Postgres has ended by itself:\n${lastWords}` });
} catch (error) {
  const isGone = abort.signal.aborted || error instanceof Deno.errors.BrokenPipe;
  if (!isGone) tellError(error);
}
Deno.exit();
