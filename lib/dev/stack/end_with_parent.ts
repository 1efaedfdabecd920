/**
 * Loaded before a process's own main module (`--preload`): ends the process when its standard input ends,
 * which it does when the parent is killed, since the parent holds the other end of the pipe.
 */
async function endWithInput(): Promise<void> {
  while (await Deno.stdin.read(new Uint8Array(256)) !== null);
  Deno.exit(1);
}

// The main module is not begun before everything that this one waits for is done: hence a timer that nobody
// waits for.
Deno.unrefTimer(setTimeout(endWithInput, 100));
