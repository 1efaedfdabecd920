/** Whether tests that take long run too, which say the same of a larger case: where not, they are ignored. */
export const isThorough = Deno.env.get("TEST_THOROUGH") === "1";
