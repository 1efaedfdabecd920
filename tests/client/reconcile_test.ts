import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cRecord, uploadText } from "../helpers/file_c.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";

const project = new URL("../../", import.meta.url);
const C = ["--kind", "C", "--cgac", "020", "--start", "01/01/2016", "--end", "03/31/2016"];

/** Runs the client as `deno task reconcile` does. */
async function run(folder: string, args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--permission-set=client", "lib/commands/reconcile.ts"],
      ...args,
    ],
    cwd: project,
    env: { INIT_CWD: folder, ...env },
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("deno task reconcile sends a file, and says by a table and its exit code what differs", async (t) => {
  await using service = await startService();
  await addAgencies(service.sql);
  await service.worker();
  const folder = await Deno.makeTempDir();
  const env = { DETACHED_URL: service.api.url, DETACHED_TOKEN: service.api.token };
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  await write("differs.csv", uploadText("C-DIFF", [cRecord(), cRecord({ PIID: "ANOTHER" })]));
  await write("equal.csv", uploadText("C-DIFF", [cRecord({ PIID: "" })]));
  await write("broken.csv", "a,b\n1,2\n");
  await t.step("4 where something differs", async () => {
    const { code, stdout, stderr } = await run(folder, [...C, "--file", "differs.csv", "-o", "out.csv"], env);
    assert.equal(code, 4, stderr);
    assert.match(stdout, /out\.csv: 2 differences/);
    assert.match(stdout, /^C11 +2 +contracts of your File C that are not in D1$/m);
    const csv = await Deno.readTextFile(`${folder}/out.csv`);
    assert.match(csv, /^Rule,Severity,RowNumber/);
    assert.equal(csv.trimEnd().split("\n").length, 3);
  });
  await t.step("0 where nothing does, as JSON", async () => {
    const { code, stdout, stderr } = await run(
      folder,
      [...C, "--file", "equal.csv", "--json", "--gzip"],
      env,
    );
    assert.equal(code, 0, stderr);
    const { path, sha256, findings, differs } = JSON.parse(stdout);
    assert.match(path, /\/Differences-C_20160101_20160331_awarding_\d+\.csv\.gz$/);
    assert.equal(createHash("sha256").update(await Deno.readFile(path)).digest("hex"), sha256);
    assert.deepEqual([findings.C11, differs], [0, false]);
  });
  await new Deno.Command("/bin/sh", { args: ["-c", `mkfifo "$0"`, `${folder}/pipe.csv`] }).output();
  const wrong: [what: string, args: string[], code: number, says: RegExp, env?: Record<string, string>][] = [
    ["a file that is refused", [...C, "--file", "broken.csv"], 2, /lacks/],
    ["no file", [...C], 2, /--file is missing/],
    [
      "a file that is not there",
      [...C, "--file", "none.csv"],
      2,
      /none\.csv cannot be read: there is no such file/,
    ],
    ["a folder", [...C, "--file", "."], 2, /is no file/],
    ["a pipe that nobody writes into", [...C, "--file", "pipe.csv"], 2, /is no file/],
    ["a token that is none", [...C, "--file", "equal.csv"], 3, /Sign in/, { DETACHED_TOKEN: "x" }],
    ["no service", [...C, "--file", "equal.csv", "--patience", "0"], 6, /does not answer/, {
      DETACHED_URL: "http://127.0.0.1:9",
    }],
  ];
  for (const [what, args, code, says, more] of wrong) {
    await t.step(`${code}: ${what}`, async () => {
      const ended = await run(folder, args, { ...env, ...more });
      assert.deepEqual([ended.code, says.test(ended.stderr)], [code, true], ended.stderr);
    });
  }
  // No job is remembered that has come to its end.
  const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  assert.deepEqual(left.filter((name) => /\.part$/.test(name)), []);
  await Deno.remove(folder, { recursive: true });
});
