/** The backup and the restore of docs/operations.md, as they stand there, with Postgres' own programs. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { connect, type Sql } from "../../lib/db.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { migrate } from "../../lib/migrate.ts";
import { DEBIAN_POSTGRES, hasDebianPostgres, startDebianPostgres } from "../helpers/debian_postgres.ts";
import { ask } from "../helpers/generations.ts";
import { PROJECT, projectText } from "../helpers/project_files.ts";
import { addUser } from "../helpers/users.ts";

/** The commands of the section, in order. */
async function commandsOf(heading: string): Promise<string[]> {
  const [, section] = (await projectText("docs/operations.md")).split(`\n## ${heading}\n`);
  return [...section!.split("\n## ")[0]!.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, script]) => script!);
}

async function run(script: string, folder: string, env: Record<string, string>): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-ec", script],
    cwd: PROJECT,
    env: {
      ...env,
      PATH: [DEBIAN_POSTGRES, dirname(Deno.execPath()), "/usr/bin", "/bin"].join(":"),
      NO_COLOR: "1",
    },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  assert.ok(success, `${script.replaceAll(folder, "")}\n${said}`);
  return said;
}

/** Everything in a database, as text: each table's rows and rights. */
async function contentsOf(sql: Sql): Promise<Record<string, unknown>> {
  const tables = await sql<{ name: string; rights: string }[]>`
    SELECT c.oid::regclass::text AS name,
      (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(c.relacl) AS a WHERE a::text LIKE 'detached%') AS rights
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND nspname IN ('public', 'graphile_worker') ORDER BY 1`;
  const found: Record<string, unknown> = {};
  for (const { name, rights } of tables) {
    const [row] = await sql.unsafe(
      `SELECT count(*)::int AS rows, md5(string_agg(t::text, '' ORDER BY t::text)) AS md5 FROM ${name} AS t`,
    );
    found[name] = { ...row, rights };
  }
  return found;
}

Deno.test({
  name:
    "a dump is restored without an error on a server that knows nothing of it, and on its own (needs postgresql-15)",
  ignore: !hasDebianPostgres(),
}, async (t) => {
  await using server = await startDebianPostgres();
  const database = (of: string, name: string) => Object.assign(new URL(of), { pathname: `/${name}` }).href;
  const admin = connect(server.url, { max: 1, name: "restore" });
  await admin.unsafe("CREATE DATABASE files");
  await admin.end();
  const url = database(server.url, "files");
  const sql = connect(url, { max: 2, name: "restore" });
  await migrate(sql, url);
  await loadSample(sql, { contracts: 200, assistance: 100 });
  await addUser(sql, "ann", { agencies: ["020:reader"], admin: true });
  await sql`INSERT INTO app_user (app_user_id, name) OVERRIDING SYSTEM VALUE VALUES (1000000, 'whoever-asks')`;
  await ask(sql);
  const expected = await contentsOf(sql);
  assert.ok(Object.keys(expected).length > 15, "there are tables to restore");
  await sql.end();

  const folder = await Deno.makeTempDir();
  const [dump, restore] = (await commandsOf("Backup")).map((script) =>
    script.replaceAll("detached.dump", `${folder}/detached.dump`)
  );
  try {
    await t.step("the dump", async () => void await run(dump!, folder, { DATABASE_URL: url }));
    await using elsewhere = await startDebianPostgres();
    for (const [where, { url }] of [["another server", elsewhere], ["its own", server]] as const) {
      await t.step(`the restore on ${where}`, async () => {
        const restored = database(url, "detached_restored");
        const said = await run(restore!, folder, { SERVER_URL: url, RESTORED_URL: restored });
        assert.doesNotMatch(said, /error|warning/i);
        assert.match(said, /up to date/i);
        const sql = connect(restored, { max: 1, name: "restore" });
        try {
          assert.deepEqual(await contentsOf(sql), expected);
        } finally {
          await sql.end();
        }
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
