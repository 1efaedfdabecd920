/** The whole service on one machine, for `deno task demo` and `deno task start`. */
export { runStack, type RunStackOptions } from "./run_stack.ts";
export type { Stack } from "./stack.ts";
export { StackError } from "./stack_error.ts";
