/** A main module that looks where an error happened once its standard input is at its end. */
import { runMain } from "../../lib/run_main.ts";
import { placeOfError } from "./place_of_error.ts";

await runMain("", async () => {
  // deno-lint-ignore no-console -- whoever has started it waits for this
  console.log("ready");
  await Deno.stdin.read(new Uint8Array(1));
  // deno-lint-ignore no-console -- as above
  console.log(placeOfError());
});
