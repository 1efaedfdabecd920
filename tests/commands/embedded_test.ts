import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { copyProject, type ProjectCopy } from "../helpers/project_copy.ts";
import { temporaryFile } from "../helpers/sources.ts";
import { until } from "../helpers/until.ts";

let project: ProjectCopy;
Deno.test.beforeAll(async () => {
  project = await copyProject({ name: "detached prüfung" });
});
Deno.test.afterAll(async () => await project[Symbol.asyncDispose]());

/** Starts the service in a copy of the project, and waits until it runs. */
async function startIn(copy: ProjectCopy, env: Record<string, string> = {}) {
  const run = copy.task(["start"], env);
  const [, url] = await until("the service runs", () => {
    const found = /The API listens on (\S+)\./.exec(run.output());
    if (!found && /Stopping/.test(run.output())) throw new Error(run.output());
    return found;
  }, { seconds: 120 });
  return { run, url: url! };
}

async function ended(copy: ProjectCopy, words: string[], env: Record<string, string> = {}) {
  await using run = copy.task(words, env);
  return { code: await run.ended, output: run.output() };
}

Deno.test("beside `deno task start` the commands work on its database, from a folder whose name has blanks and ü", async (t) => {
  const run = (...words: string[]) => ended(project, words);
  await t.step("without any, they say what to do", async () => {
    for (const words of [["status"], ["token", "list"], ["migrate"], ["sample"], ["load", "sf133", "x"]]) {
      const { code, output } = await run(...words);
      assert.equal(code, 2, output);
      assert.match(output, /^DATABASE_URL is not set: .*deno task start/m);
    }
    const { code, output } = await run("doctor");
    assert.equal(code, 2, output);
    assert.match(output, /WRONG +DATABASE_URL is not set: .*deno task start/);
  });

  const started = await startIn(project);
  await using _ = started.run;
  await t.step("start shows the database without its password, and how to load real data", () => {
    const said = started.run.output();
    assert.match(said, /postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres/);
    assert.match(said, /deno task load archive-contracts /);
    const password = /:([^:@]+)@/.exec(Deno.readTextFileSync(`${project.folder}/.data/database-url`))![1]!;
    assert.ok(!said.includes(password));
  });
  await t.step("status, migrate, sample, token", async () => {
    const status = await run("status");
    assert.match(status.output, /detached_award_procurement +4,000 .*\(sample\)/);
    assert.match((await run("migrate")).output, /^Up to date\.$/m);
    assert.match((await run("sample")).output, /hold data already; nothing was changed/);
    assert.match(
      (await run("token", "create", "--user", "ann", "--admin")).output,
      /^detached_[0-9a-f]{64}$/m,
    );
  });
  await t.step("doctor: nothing is wrong but what the demo is", async () => {
    const { code, output } = await run("doctor");
    assert.equal(code, 0, output);
    assert.match(output, /holds the demo's sample data[^]*\nNothing is wrong\.$/m);
  });
  await t.step("load: the file is what is refused, and not the database", async () => {
    await using file = await temporaryFile("CGAC AGENCY CODE,AGENCY NAME\n", "agencies.csv");
    const { code, output } = await run("load", "agencies", file.path);
    assert.equal(code, 1, output);
    assert.match(output, /agencies\.csv/);
  });
  await t.step("generate: the client finds the API wherever it listens, and the token", async () => {
    const { code, output } = await run("generate", "--type", "D1", "--cgac", "020", ...[
      "--start",
      "01/01/2016",
    ], ...["--end", "03/31/2016", "--no-wait"]);
    assert.equal(code, 0, output);
    assert.match(output, /^\d+$/m);
  });

  started.run.kill("SIGINT");
  assert.equal(await started.run.ended, 0);
  await t.step("once it is stopped, they say so", async () => {
    for (const words of [["status"], ["token", "list"], ["migrate"], ["sample"], ["load", "sf133", "x"]]) {
      const { code, output } = await run(...words);
      assert.equal(code, 3, output);
      assert.match(
        output,
        /^The embedded database in \.data does not run: run `deno task start` in another terminal/m,
      );
    }
    const { code, output } = await run("doctor");
    assert.equal(code, 3, output);
    assert.match(output, /WRONG +The embedded database in \.data does not run/);
  });
});

Deno.test("a database of DATABASE_URL is touched only where --yes says so, and gets a sample only where nothing else is", async (t) => {
  await using db = await testDatabase({ template: "template0" });
  const env = { DATABASE_URL: db.url, PORT: "0" };
  const tables = async () =>
    (await db.sql`SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`)
      .length;
  for (const task of ["demo", "start"]) {
    await t.step(`${task} without it says what it would do, and does nothing`, async () => {
      const { code, output } = await ended(project, [task], env);
      assert.equal(code, 2, output);
      assert.match(output, /^DATABASE_URL is set\. [^]*Say --yes/m);
      assert.equal(await tables(), 0);
    });
  }
  await t.step("beside other tables there is no sample, not even by `deno task sample`", async () => {
    await db.sql`CREATE TABLE somebody_elses (x int)`;
    const { output } = await ended(project, ["demo", "--yes"], env);
    assert.match(output, /Sample data +none: the database has other tables \(somebody_elses\)/);
    const { code, output: refused } = await ended(project, ["sample"], env);
    assert.equal(code, 1);
    assert.match(
      refused,
      /^No sample data: the database has other tables \(somebody_elses\)\. Nothing was changed\.$/m,
    );
    assert.equal((await db.sql`SELECT FROM detached_award_procurement LIMIT 1`).length, 0);
  });
  await t.step("a service that has users gets none either", async () => {
    await using own = await testDatabase();
    await own.sql`INSERT INTO app_user (name) VALUES ('ann')`;
    const { output } = await ended(project, ["demo", "--yes"], { ...env, DATABASE_URL: own.url });
    assert.match(output, /Sample data +none: the database is in use already/);
  });
});

Deno.test("copies of the project that are started in the same moment get a port each, and none is told of another's", async () => {
  await using another = await copyProject();
  const [one, other] = await Promise.all([startIn(project), startIn(another)]);
  await using _one = one.run;
  await using _other = other.run;
  assert.notEqual(one.url, other.url);
  for (const [copy, { url }] of [[project, one], [another, other]] as const) {
    const token = await Deno.readTextFile(`${copy.folder}/.data/api-token`);
    const response = await fetch(`${url}/v1/list_agencies/`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    await response.body?.cancel();
    assert.equal(response.status, 200, "it is this copy's own API");
  }
});
