/** `deno task doctor` finds what is wrong, says what to do, and leaves nothing behind. */
import assert from "node:assert/strict";
import { connect, type Sql } from "../../lib/db.ts";
import { lookAtData } from "../../lib/doctor/data.ts";
import { lookAtDatabase, lookAtReplica } from "../../lib/doctor/database.ts";
import type { Finding } from "../../lib/doctor/finding.ts";
import { lookAtQueue } from "../../lib/doctor/queue.ts";
import { lookAtSettings } from "../../lib/doctor/settings.ts";
import { lookAtStorage } from "../../lib/doctor/storage.ts";
import { readConfig } from "../../lib/config.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { addAgencies, addFile, ask, askAndClaim, d1Body } from "../helpers/generations.ts";
import { ROLES, urlAs } from "../helpers/roles.ts";
import { runTask } from "../helpers/run_task.ts";
import { s3Environment, s3Url, testBucket } from "../helpers/s3.ts";

const SECRET = "never-to-be-shown-0123456789-abcdef";

interface Reported extends Finding {
  part: string;
}

/** Runs the task, and reads its report. */
async function doctor(
  env: Record<string, string>,
): Promise<{ code: number; findings: Reported[]; out: string }> {
  const { code, out, err } = await runTask(["doctor", "--json"], { URL_SIGNING_SECRET: SECRET, ...env });
  assert.equal(err, "");
  assert.ok(!out.includes(SECRET), "no secret is shown");
  const { exit_code, findings } = JSON.parse(out);
  assert.equal(exit_code, code);
  return { code, findings, out };
}

/** What is wrong, as `part: sentence`; each has something to do about it. */
function wrongs(findings: Reported[]): string[] {
  const wrong = findings.filter(({ health }) => health === "wrong");
  for (const { found, todo } of wrong) assert.ok(todo, found);
  return wrong.map(({ part, found }) => `${part}: ${found}`);
}

const sentences = (findings: Finding[], health: Finding["health"]): string =>
  findings.filter((finding) => finding.health === health).map(({ found }) => found).join("\n");

/** A folder for files that is gone afterwards. */
async function storageFolder(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await Deno.makeTempDir({ prefix: "detached-doctor-" });
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

/** What a worker's connection for the queue looks like to others. */
async function likeAWorker({ url }: TestDatabase): Promise<AsyncDisposable> {
  const sql = connect(url, { max: 1, name: "queue" });
  await sql`SELECT 1`;
  return { [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }) };
}

const reset = (sql: Sql) => sql`TRUNCATE file_generation CASCADE`;

Deno.test("the doctor tells what is well, what is wrong and what to do, and writes nothing but its own object", async (t) => {
  await using db = await testDatabase();
  await using storage = await storageFolder();
  await using _worker = await likeAWorker(db);
  await addAgencies(db.sql);
  const env = { DATABASE_URL: db.url, STORAGE_DIR: storage.dir };
  const leftInStorage = async () =>
    (await Array.fromAsync(Deno.readDir(storage.dir))).map(({ name }) => name);

  await t.step("all is well: code 0, and nothing is left behind", async () => {
    const { code, findings } = await doctor(env);
    assert.deepEqual([code, wrongs(findings)], [0, []]);
    const well = sentences(findings, "well");
    assert.match(well, /An object was written, looked at, read, linked to, removed in the folder/);
    assert.match(well, /Its schema is that of this release/);
    assert.match(well, /The four group roles are there and have their rights/);
    assert.match(well, /Workers are connected/);
    assert.match(well, / free of /);
    assert.deepEqual(await leftInStorage(), []);
  });

  await t.step(
    "a finished file that this storage does not have: code 1, as where API and workers differ in it",
    async () => {
      await addFile(db.sql, "7/1/File-D1.csv", 10);
      const { code, findings } = await doctor(env);
      assert.equal(code, 1);
      assert.match(
        wrongs(findings).join("\n"),
        /^storage: Of the newest 1 finished files 1 is not in this storage/,
      );
      await reset(db.sql);
    },
  );

  await t.step("a wrong setting: code 2, and everything else is looked at nonetheless", async () => {
    const { code, findings } = await doctor({ ...env, PORT: "many", S3_PREFIX: "files" });
    assert.equal(code, 2);
    assert.deepEqual(wrongs(findings), [
      "settings: PORT must be a whole number.",
      "settings: S3_PREFIX is set and S3_BUCKET is not: it says nothing without it.",
    ]);
    assert.ok(findings.some(({ part }) => part === "data"));
  });

  await t.step("a database that is away: code 3, and the storage is looked at nonetheless", async () => {
    const { code, findings } = await doctor({
      ...env,
      DATABASE_URL: `postgres://u:${SECRET}@127.0.0.1:1/none`,
    });
    assert.equal(code, 3);
    assert.match(wrongs(findings).join("\n"), /^database: The database cannot be reached: [^\n]*$/);
    assert.ok(findings.some(({ part, health }) => part === "storage" && health === "well"));
  });

  await t.step("each of the four roles may run it; what it may not see is said", async () => {
    for (const role of ROLES) {
      const sql = connect(urlAs(db.url, role), { max: 2, name: "test" });
      const { findings, usable } = await lookAtDatabase(sql, urlAs(db.url, role));
      assert.ok(usable);
      assert.equal(sentences(findings, "wrong"), "", role);
      assert.match(sentences(findings, "well"), new RegExp(`may do what ${role} may`));
      for (const look of [lookAtQueue, lookAtData]) {
        assert.equal(sentences(await look(sql), "wrong"), "", role);
      }
      await sql.end({ timeout: 1 });
    }
  });

  await t.step(
    "for people the same is said in sections, and what to do stands below what is wrong",
    async () => {
      const { code, out } = await runTask(["doctor"], {
        ...env,
        URL_SIGNING_SECRET_PREVIOUS: SECRET,
        URL_SIGNING_SECRET: SECRET,
      });
      assert.equal(code, 2);
      assert.match(out, /^Settings\n +ok +/);
      assert.match(
        out,
        /\n +WRONG +URL_SIGNING_SECRET and URL_SIGNING_SECRET_PREVIOUS are the same[^\n]*\n +→ /,
      );
      assert.match(
        out,
        /\n\nDatabase\n[\s\S]*\n\nStorage\n[\s\S]*\n\nQueue\n[\s\S]*\n\nData\n[\s\S]*\n\n1 thing is wrong\.\n$/,
      );
    },
  );
});

Deno.test("the doctor sees in the queue what no worker gets on with", async (t) => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const found = async () => sentences(await lookAtQueue(db.sql), "wrong");

  await t.step(
    "no worker",
    async () => assert.match(await found(), /^No worker is connected to the database\.$/),
  );
  await using _worker = await likeAWorker(db);

  await t.step("a file that has waited for too long, and one whose task is gone", async () => {
    await ask(db.sql);
    await db
      .sql`UPDATE file_generation SET created_at = now() - interval '3 hours', changed_at = now() - interval '3 hours'`;
    assert.match(await found(), /^1 file waiting, 0 being made; the oldest has waited for 3 hours\.$/);
    await db.sql`SELECT graphile_worker.complete_jobs(ARRAY(SELECT id FROM graphile_worker.jobs))`;
    assert.match(await found(), /\n1 file waits without a task in the queue\.$/);
    await reset(db.sql);
  });

  await t.step("a worker that has stopped answering, and nobody who takes over", async () => {
    await askAndClaim(db.sql);
    await db.sql`UPDATE file_generation SET lease_expires_at = now() - interval '5 minutes'`;
    assert.match(await found(), /^1 file had a worker that has stopped answering/);
    await reset(db.sql);
  });

  await t.step("what files wait for, what has failed, and what was lost", async () => {
    await ask(db.sql);
    await ask(db.sql, d1Body({ end: "04/30/2016" }));
    const [first, second] = await db.sql<
      { id: string }[]
    >`SELECT file_generation_id AS id FROM file_generation ORDER BY 1`;
    await db
      .sql`UPDATE file_generation SET snooze_message = 'The file storage cannot be used just now.' WHERE file_generation_id = ${
      first!.id
    }`;
    await db.sql`
      UPDATE file_generation SET state = 'failed', ended_at = now() - interval '5 minutes', error_code = 'file_lost_again',
        error_message = 'lost', retryable = true, losses = 5, changed_at = now() WHERE file_generation_id = ${
      second!.id
    }`;
    const said = await found();
    assert.match(said, /^1 file waits, and cost no attempt: The file storage cannot be used just now\.$/m);
    assert.match(
      said,
      /^1 file failed with file_lost_again within a day, last 5 minutes ago \(generation \d+\)\.$/m,
    );
    assert.match(said, /^The storage has lost 1 file within a day\.$/m);
    await reset(db.sql);
  });
});

Deno.test("the doctor sees a database that does not fit: another schema, a role without its rights, stale and unknown data", async () => {
  await using db = await testDatabase();
  const wrong = async () => sentences((await lookAtDatabase(db.sql, db.url)).findings, "wrong");
  assert.match(sentences(await lookAtData(db.sql), "wrong"), /No list of agencies is loaded/);
  await addAgencies(db.sql);
  await db
    .sql`INSERT INTO data_source (source_table, loaded_at) VALUES ('published_fabs', now() - interval '50 days')
    ON CONFLICT (source_table) DO UPDATE SET loaded_at = excluded.loaded_at`;
  assert.match(sentences(await lookAtData(db.sql), "wrong"), /published_fabs was last loaded 50 days ago/);
  assert.match(sentences(await lookAtReplica(db.url), "well"), /EXPORT_DATABASE_URL keeps up/);
  const away = "postgres://u@127.0.0.1:1/none";
  assert.match(
    sentences(await lookAtReplica(away), "wrong"),
    /^EXPORT_DATABASE_URL: The database cannot be reached/,
  );
  await db.sql`REVOKE SELECT ON published_fabs FROM detached_worker`;
  assert.match(await wrong(), /^The role detached_worker lacks SELECT on public\.published_fabs\.$/);
  await db.sql`DELETE FROM schema_migration WHERE name = (SELECT max(name) FROM schema_migration)`;
  assert.match(await wrong(), /^The database is at \d+, this release needs \d+: run deno task migrate\.$/);
  await using empty = await testDatabase({ template: "template0", encoding: "LATIN1" });
  const { findings, usable } = await lookAtDatabase(empty.sql, empty.url);
  assert.equal(usable, false);
  assert.match(sentences(findings, "wrong"), /encoding is LATIN1[^]*none of this service's tables/);
});

Deno.test("the doctor names what settings say against each other, and what a folder lacks", async () => {
  const env: Record<string, string> = {
    S3_BUCKET: "files",
    STORAGE_DIR: "/var/tmp/files",
    HOST: "0.0.0.0",
    EXPORT_DATABASE_URL: "postgres://u@a/b",
    DATABASE_URL: "postgres://u@a/b",
  };
  const notes = sentences(lookAtSettings((name) => env[name]).findings, "note");
  assert.match(
    notes,
    /STORAGE_DIR says nothing[^]*EXPORT_DATABASE_URL is DATABASE_URL[^]*METRICS_TOKEN is not set/,
  );
  await using storage = await storageFolder();
  const dir = `${storage.dir}/file`;
  await Deno.writeTextFile(dir, "no folder");
  const config = readConfig("stack", (name) => name === "STORAGE_DIR" ? dir : undefined);
  assert.match(
    sentences(await lookAtStorage(config), "wrong"),
    /is no folder\.\nAn object could not be written in the folder/,
  );
});

Deno.test({
  name: "the doctor tries a bucket, and tells refused credentials from one that is not there (needs Swift)",
  ignore: s3Url === undefined,
}, async () => {
  await using db = await testDatabase();
  await using _worker = await likeAWorker(db);
  await using bucket = await testBucket();
  await addAgencies(db.sql);
  const env = {
    DATABASE_URL: db.url,
    ...s3Environment(bucket.name),
  };
  const [right, refused, absent] = await Promise.all([
    doctor(env),
    doctor({ ...env, AWS_SECRET_ACCESS_KEY: SECRET }),
    doctor({ ...env, S3_BUCKET: `${bucket.name}-not` }),
  ]);
  assert.deepEqual([right.code, wrongs(right.findings)], [0, []]);
  assert.deepEqual(await bucket.objects(), []);
  assert.equal(refused.code, 1);
  assert.match(
    wrongs(refused.findings).join(),
    /could not be written in the bucket [^:]*: PutObject: SignatureDoesNotMatch/,
  );
  assert.match(refused.out, /The credentials are wrong or have expired/);
  assert.equal(absent.code, 1);
  assert.match(absent.out, /There is no such bucket/);
});
