import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import schemaQuery from "./schema.sql" with { type: "text" };

const GOLDEN = new URL("schema.golden.txt", import.meta.url);

Deno.test("the migrated schema is the one that was agreed on (UPDATE_GOLDEN=1 takes over a change)", async () => {
  await using db = await testDatabase();
  const lines = await db.sql.unsafe<{ text: string }[]>(schemaQuery);
  const schema = lines.map(({ text }) => `${text.trimEnd()}\n`).join("");
  if (Deno.env.get("UPDATE_GOLDEN") === "1") await Deno.writeTextFile(GOLDEN, schema);
  // By lines, so that the error shows those that differ.
  assert.deepEqual(schema.split("\n"), (await Deno.readTextFile(GOLDEN)).split("\n"));
});
