import assert from "node:assert/strict";
import { linkToFile } from "../../lib/generations/file_link.ts";
import { publish } from "../../lib/generations/publish.ts";
import { jobStatus } from "../../lib/generations/status.ts";
import type { FileStore } from "../../lib/storage/store.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, askAndClaim, written } from "../helpers/generations.ts";

Deno.test("a lost file that a worker has made anew before anybody could look is given with its link", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  const job = (await jobStatus(db.sql, jobId))!;
  // As though a worker had been that fast: what would be queued is finished, under another key.
  await db.sql.unsafe(`
    CREATE FUNCTION remake() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW := OLD; NEW.stored_key := 'anew'; RETURN NEW; END $$;
    CREATE TRIGGER remake BEFORE UPDATE ON file_generation FOR EACH ROW WHEN (NEW.state = 'queued')
      EXECUTE FUNCTION remake()`);
  const store: Pick<FileStore, "size" | "link"> = {
    size: (key) => Promise.resolve(key === "anew" ? written.bytes : 0),
    link: ({ key }) => Promise.resolve({ url: `https://files/${key}`, expiresAt: new Date() }),
  };
  const found = await linkToFile(db.sql, store as FileStore, job, { ttlSeconds: 60 });
  assert.deepEqual([found.job.state, found.link?.url], ["finished", "https://files/anew"]);
});
