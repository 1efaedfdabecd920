import { z } from "zod";
import { type Noted, ofIgnoredKeys, WARNING_CODES, warningOf } from "../../lib/coverage/warnings.ts";

/** What is worth saying of a request that is answered all the same. */
export const warningsSchema = z.array(
  z.object({
    code: z.enum(WARNING_CODES).meta({ description: "for a program" }),
    message: z.string().meta({ description: "for a person" }),
  }).meta({ id: "Warning" }),
).meta({ description: "what is worth knowing of the request; mostly empty" });

/** What there is to warn of, keys of the request that nothing reads first. */
export const warningsBody = (
  ignoredKeys: readonly string[],
  noted: readonly Noted[],
): z.output<typeof warningsSchema> => [...ofIgnoredKeys(ignoredKeys), ...noted].map(warningOf);
