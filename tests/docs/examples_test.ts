import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { cRecord, uploadText } from "../helpers/file_c.ts";
import { isInstalled } from "../helpers/installed.ts";
import { startService } from "../helpers/service.ts";
import { checkApiExamples } from "./api_examples.ts";
import { checkReading } from "./reading.ts";

const examples = new URL("../../docs/examples/", import.meta.url);
const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);

Deno.test("every example works as it stands", async (t) => {
  await using service = await startService();
  await loadSample(service.sql);
  await service.worker();
  await checkReading(t, service);
  await checkApiExamples(t, service);
  const env = { URL: service.api.url, TOKEN: service.api.token };
  const run = async (program: string, args: string[]) => {
    const folder = await Deno.makeTempDir();
    let said = "";
    // Whoever tries one tries it again.
    for (let time = 1; time <= 2; time++) {
      const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder, env })
        .output();
      said = new TextDecoder().decode(stdout);
      assert.ok(success, said + new TextDecoder().decode(stderr));
    }
    const files = await names(folder);
    await Deno.remove(folder, { recursive: true });
    return { said, files };
  };
  await t.step("curl.sh", async () => {
    const { said, files } = await run("/bin/sh", [fileURLToPath(new URL("curl.sh", examples))]);
    assert.match(said, /File-D1_20160101_20160331_awarding_\d+\.csv: OK\n\{"job_id":\d+,.*"by_month":\[/);
    assert.equal(files.length, 1);
  });
  await t.step("coverage.sh", async () => {
    const { said } = await run("/bin/sh", [fileURLToPath(new URL("coverage.sh", examples))]);
    assert.match(said, /^2015-12 \d+\n2016-01 \d+\n2016-02 \d+\n2016-03 \d+\n[1-9]\d* records\n$/);
  });
  await t.step("README's lines that download a file", async () => {
    const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
    const [lines] = /^\$ LINK=[^]*?(?=\n\$ ls\n)/m.exec(readme)!;
    const script = lines.replaceAll(/^\$ /gm, "").replaceAll("localhost:8000", new URL(env.URL).host);
    const { files } = await run("/bin/sh", ["-ec", script]);
    assert.match(files.join(), /^File-D1_20160101_20160331_awarding_\d+\.csv$/);
  });
  const python = "/usr/bin/python3";
  await t.step({
    name: "generate.py (needs Python)",
    ignore: !isInstalled(python),
    fn: async () => {
      const { said, files } = await run(python, [fileURLToPath(new URL("generate.py", examples))]);
      assert.match(said, /awarding_\d+\.csv: \d+ records, \d+ awards, -?[\d.]+$/m);
      assert.equal(files.length, 1);
    },
  });
  await t.step({
    name: "coverage.py (needs Python)",
    ignore: !isInstalled(python),
    fn: async () => {
      const { said } = await run(python, [fileURLToPath(new URL("coverage.py", examples))]);
      assert.match(said, /^2015-12 \d+\n[^]*^[1-9]\d* records; the newest is of \d\d\/\d\d\/\d{4}$/m);
      assert.match(said, /^fiscal year \d{4}, period \d+: loaded \d{4}-/m);
    },
  });
  await t.step({
    name: "reconcile.sh and reconcile.py (needs Python)",
    ignore: !isInstalled(python),
    fn: async () => {
      const path = await Deno.makeTempFile();
      await Deno.writeTextFile(path, uploadText("C-DIFF", [cRecord()]));
      const script = await run("/bin/sh", [fileURLToPath(new URL("reconcile.sh", examples)), path]);
      assert.match(script.said, /^"C11":1$/m);
      assert.deepEqual(script.files, ["differences.csv"]);
      const { said } = await run(python, [fileURLToPath(new URL("reconcile.py", examples)), path]);
      assert.match(said, /^C11: 1\n[^]*^C11 2 NOT-IN-D1 /m);
      await Deno.remove(path);
    },
  });
  await t.step({
    name: "changes.sh and changes.py (needs Python)",
    ignore: !isInstalled(python),
    fn: async () => {
      const body = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
      const made = async () => {
        const { job_id } = await service.request(body);
        const { url } = await service.ended(job_id);
        return { job: String(job_id), content: await (await fetch(url)).bytes() };
      };
      const earlier = await made();
      await service.sql`
        UPDATE detached_award_procurement SET award_description = E'"no",\nthen yes' WHERE detached_award_procurement_id % 3 = 0`;
      await service.sql`DELETE FROM detached_award_procurement WHERE detached_award_procurement_id % 7 = 0`;
      const now = await made();
      const script = await run("/bin/sh", [fileURLToPath(new URL("changes.sh", examples)), earlier.job]);
      assert.match(script.said, /^"added":0,"changed":[1-9]\d*,"removed":[1-9]\d*$/m);
      assert.match(script.files.join(), new RegExp(`^File-D1.*_changes_since_${earlier.job}_\\d+\\.csv$`));
      const folder = await Deno.makeTempDir();
      await Deno.writeFile(`${folder}/earlier.csv`, earlier.content);
      await run(python, [
        ...[fileURLToPath(new URL("changes.py", examples)), earlier.job],
        ...[`${folder}/earlier.csv`, `${folder}/new.csv`],
      ]);
      assert.deepEqual(await Deno.readFile(`${folder}/new.csv`), now.content);
      await Deno.remove(folder, { recursive: true });
    },
  });
  await t.step("generate.ts", async () => {
    const script = fileURLToPath(new URL("generate.ts", examples));
    const flags = [
      "--no-prompt",
      `--allow-net=${new URL(env.URL).host}`,
      "--allow-env=URL,TOKEN",
      "--ignore-env",
    ];
    const { said } = await run(Deno.execPath(), ["run", ...flags, script]);
    assert.match(said, /^finished \d+ [0-9a-f]{64}/);
  });
});
