/** Several hosts: the API and the primary on one, a replica and two workers each on another, and S3. */
import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { migrate } from "../../lib/migrate.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { copied } from "../helpers/copy.ts";
import { hasDebianPostgres, startDebianPostgres } from "../helpers/debian_postgres.ts";
import { addAgencies } from "../helpers/generations.ts";
import { assertSameBytes, contentsOf } from "../helpers/judge.ts";
import { canMakeNetworks, makeNetwork } from "../helpers/network.ts";
import { type ServiceProcess, startApi, startWorker } from "../helpers/process.ts";
import { urlAs } from "../helpers/roles.ts";
import { leftoversIn, s3Environment, s3Url, testBucket } from "../helpers/s3.ts";
import { isThorough } from "../helpers/thorough.ts";
import { until } from "../helpers/until.ts";

/** So many that several cursors read them, each from the replica. */
const ROWS = 30_000;

Deno.test({
  name:
    "workers on hosts of their own make files from a replica on another, and one whose cable is pulled out loses its file to the next",
  ignore: s3Url === undefined || !hasDebianPostgres() || !canMakeNetworks(),
}, async (t) => {
  await using resources = new AsyncDisposableStack();
  const bucket = resources.use(await testBucket());
  const network = resources.use(await makeNetwork());
  const [first, second, replicas] = [
    await network.addHost(),
    await network.addHost(),
    await network.addHost(),
  ];
  const primary = resources.use(await startDebianPostgres(undefined, network));
  /** The primary as other hosts reach it. */
  const fromAfar = primary.url.replace("127.0.0.1", network.address);
  const sql = resources.adopt(
    connect(primary.url, { max: 2, name: "test" }),
    (sql) => sql.end({ timeout: 5 }),
  );
  await migrate(sql, primary.url);
  await addAgencies(sql);
  await addContracts(sql, ROWS);
  const replica = resources.use(await startDebianPostgres(fromAfar, { host: replicas }));

  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  resources.defer(() => Deno.remove(storageDir, { recursive: true }));
  const s3FromAfar = await network.offer(s3Url!);
  const workerOn = async (host: typeof first) =>
    resources.use(
      await startWorker({
        databaseUrl: fromAfar,
        storageDir,
        host,
        env: {
          ...s3Environment(bucket.name, s3FromAfar),
          EXPORT_DATABASE_URL: urlAs(replica.url, "detached_worker"),
          LEASE_SECONDS: "3",
        },
      }),
    );
  const [api, one] = await Promise.all([
    startApi({ databaseUrl: primary.url, storageDir, env: s3Environment(bucket.name) }),
    workerOn(first),
  ]);
  resources.use(api);
  const ask = async (more = {}): Promise<number> => {
    const { json } = await api.send("POST", "/v1/generate_detached_file/", { ...allContracts, ...more });
    return json.job_id;
  };
  /** Waits for a job's file, which must be what `COPY` makes of its query on the primary. */
  const assertMade = async (jobId: number, more = {}) => {
    const status = await until("it has ended", async () => {
      const { json } = await api.send("GET", `/v1/check_detached_generation_status/?job_id=${jobId}`);
      return json.status !== "waiting" && json;
    }, { seconds: 120 });
    assert.deepEqual([status.status, status.message], ["finished", ""]);
    const bytes = await (await fetch(status.url)).bytes();
    const expected = await copied(primary.url, contentsOf({ ...allContracts, ...more }));
    assertSameBytes(bytes.subarray(bytes.indexOf(0x0a) + 1), expected, "the file");
  };

  await t.step("what a replica does not have yet is waited for, and then read from it", async () => {
    await replica.psql("SELECT pg_wal_replay_pause()");
    await addContracts(sql, 1);
    const jobId = await ask();
    await until("the file is put off", () => one.log().includes('"code":"source_behind"'));
    await replica.psql("SELECT pg_wal_replay_resume()");
    await assertMade(jobId);
  });

  let two: ServiceProcess | undefined;
  await t.step("a file whose worker is cut off half-way is made by another one, whole", async () => {
    const more = { file_format: "txt" };
    const jobId = await ask(more);
    await until("its upload has begun", async () => {
      const { count } = await sql`SELECT FROM unpublished_object WHERE upload_id IS NOT NULL`;
      return count > 0;
    });
    // It is held until the cable is out.
    one.kill("SIGSTOP");
    const { count } = await sql`SELECT FROM file_generation WHERE attempt = 1 AND state = 'running'`;
    assert.equal(count, 1, "the file was made too soon");
    await first.unplug();
    one.kill("SIGCONT");
    two = await workerOn(second);
    await assertMade(jobId, more);
    await until("it knows", () => one.log().includes("lost the lease on a file"));
  });
  await t.step("nothing is left of what it had stored, also once its host is back", async () => {
    await first.plugIn();
    await until(
      "the bucket holds the two files and nothing else",
      async () => (await bucket.objects()).length === 2 && (await leftoversIn(bucket)).length === 0,
    );
  });

  await t.step({
    name: "the worker goes on once its host is back",
    ignore: !isThorough,
    fn: async () => {
      two!.kill("SIGKILL");
      await two!.ended;
      const more = { start: "01/02/2016" };
      await assertMade(await ask(more), more);
    },
  });
});
