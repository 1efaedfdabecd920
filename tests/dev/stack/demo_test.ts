import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyProject, type ProjectCopy } from "../../helpers/project_copy.ts";
import { runningWith } from "../../helpers/running.ts";
import { testDatabase } from "../../helpers/database.ts";
import { until } from "../../helpers/until.ts";

let project: ProjectCopy;
let other: ProjectCopy;
Deno.test.beforeAll(async () => {
  [project, other] = await Promise.all([copyProject(), copyProject()]);
});
Deno.test.afterAll(async () => {
  await Promise.all([project, other].map((copy) => copy[Symbol.asyncDispose]()));
});

async function demo(
  where: ProjectCopy,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<string> {
  await using run = where.task(["demo", ...args], env);
  assert.equal(await run.ended, 0, run.output());
  assert.deepEqual(await runningWith(where.folder), [], "processes are left");
  return run.output();
}

/** What the demo says of its file, held against the file itself. */
async function checkFile(output: string): Promise<void> {
  const path = /^(\.data\/demo\/File-D1_\d{8}_\d{8}_awarding_\d+\.csv)$/m.exec(output)?.[1];
  assert(path, output);
  const bytes = await Deno.readFile(`${project.folder}/${path}`);
  assert.equal(/^ {2}bytes +(\d+)$/m.exec(output)?.[1], String(bytes.length));
  assert.equal(
    /^ {2}SHA-256 +(\w+)$/m.exec(output)?.[1],
    createHash("sha256").update(bytes).digest("hex"),
  );
  assert.match(output, /^ {2}records +[1-9]\d*$/m);
  assert.match(output, /^ {2}\w+,\w+,\w+,\w+,… \(267 columns\)$/m);
}

Deno.test("the demo makes a file from nothing, and does so again", async (t) => {
  const first = await demo(project);
  assert.match(first, /Sample data +\d\d,\d{3} rows/);
  await checkFile(first);
  await t.step("it keeps its secrets readable for their owner alone", async () => {
    for (const name of ["api-token", "database-url", "url-signing-secret"]) {
      const { mode } = await Deno.stat(`${project.folder}/.data/${name}`);
      assert.equal((mode! & 0o777).toString(8), "600", name);
    }
  });
  const second = await demo(project);
  assert.match(second, /Migrations +up to date/);
  assert.match(second, /finished by an earlier run/);
  await checkFile(second);
});

/**
 * Takes a port. Another test's service may have it for a while; whoever has it longer than that keeps it,
 * and taken is taken.
 */
async function takePort(port: number): Promise<Deno.Listener | undefined> {
  const take = () => {
    try {
      return Deno.listen({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return undefined;
      throw error;
    }
  };
  return await until(`port ${port} is free`, take, { seconds: 120 }).catch(() => undefined);
}

Deno.test("the demo runs where its usual ports are taken", async () => {
  const listeners = await Promise.all([8000, 5432].map(takePort));
  try {
    assert.match(await demo(project), /API, worker +http:\/\/127\.0\.0\.1:\d+ \(port 8000 is taken\)/);
  } finally {
    listeners.forEach((listener) => listener?.close());
  }
});

Deno.test("the demo uses the server of DATABASE_URL, and embeds none", async () => {
  await using db = await testDatabase({ template: "template0" });
  const output = await demo(other, { DATABASE_URL: db.url }, ["--yes"]);
  assert.match(output, /Postgres +\d+\.\d+, of DATABASE_URL/);
  const kept = await Array.fromAsync(Deno.readDir(`${other.folder}/.data`), ({ name }) => name);
  assert.equal(kept.includes("embedded"), false);
  const [row] = await db.sql`SELECT count(*) FROM generation_job`;
  assert.equal(row!["count"], "1");
});

Deno.test("the demo runs in two copies of the project at the same time", async () => {
  await Promise.all([demo(project), demo(other)]);
});

Deno.test("the demo says what is wrong with DATABASE_URL, and fails", async () => {
  await using run = project.task(["demo", "--yes"], { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
  assert.equal(await run.ended, 3);
  assert.match(run.output(), /^DATABASE_URL cannot be used: .*ECONNREFUSED/m);
});
