/**
 * Starts at a nice value, as `nice` has it, lowers its priority as a worker does, and prints what it has
 * then.
 */
import { getPriority, setPriority } from "node:os";
import { lowerPriority } from "../../worker/lower_priority.ts";

const [nice] = Deno.args;
if (nice) setPriority(Number(nice));
lowerPriority();
// deno-lint-ignore no-console -- its test reads it
if (nice) console.log(getPriority());
