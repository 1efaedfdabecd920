import { stripTypeScriptTypes } from "node:module";

/**
 * Lets this process find the places of errors also where it can open no file any more.
 *
 * Deno looks up where an error happened in what it keeps of a compiled file, and where it cannot open that,
 * it compiles the file again. Its compiler (swc) asks once in a thread how large the stack is, by a file that
 * Linux has for that, and takes it for a fault of its own where that cannot be opened either: the process is
 * gone in the middle of a panic, because somebody looked at an error's stack. So it is asked before.
 */
export function prepareErrorPlaces(): void {
  // The size of the stack is looked at wherever one statement is within another.
  stripTypeScriptTypes("if (true) { }");
}
