import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { isInstalled } from "../helpers/installed.ts";
import { startService } from "../helpers/service.ts";

const examples = new URL("../../docs/examples/", import.meta.url);
const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);

Deno.test("every example works as it stands", async (t) => {
  await using service = await startService();
  await loadSample(service.sql);
  await service.worker();
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
