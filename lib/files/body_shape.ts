import { z } from "zod";

/** The keys of an object's schema with their own, whatever is done with the object once it is read. */
export const shapeOf = (schema: z.core.$ZodType): Record<string, z.ZodType> =>
  schema instanceof z.ZodPipe
    ? shapeOf(schema.in)
    : schema instanceof z.ZodObject
    ? schema.shape as Record<string, z.ZodType>
    : {};

const MOST_NAMED = 20;
const LONGEST_NAMED = 60;

/**
 * The keys of what was sent that nothing reads, as they are named to whoever has sent them: a few, cut where
 * they are long.
 */
export const unknownKeys = (sent: Record<string, unknown>, known: ReadonlySet<string>): string[] =>
  Object.entries(sent)
    .filter(([key, value]) => !known.has(key) && value !== null && value !== "")
    .slice(0, MOST_NAMED).map(([key]) =>
      key.slice(0, LONGEST_NAMED).toWellFormed().replaceAll(/\p{Cc}/gu, "\ufffd")
    );
