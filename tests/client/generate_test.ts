import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { addContracts } from "../helpers/contracts.ts";
import { freePort } from "../helpers/free_port.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const project = new URL("../../", import.meta.url);
const D1 = ["--type", "D1", "--cgac", "020", "--start", "01/01/2016", "--end", "03/31/2016"];

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts the client as `deno task generate` does. */
function start(
  folder: string,
  args: string[],
  env: Record<string, string>,
): { child: Deno.ChildProcess; ended: Promise<Ended> } {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--permission-set=client", "lib/commands/generate.ts"],
      ...args,
    ],
    cwd: project,
    env: { INIT_CWD: folder, ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = child.output().then(({ code, stdout, stderr }) => ({
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  }));
  return { child, ended };
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A slow line to the service, which counts the bytes of answers that came by it. */
function slowLine(target: () => string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let bytes = 0;
  let delay = 20;
  const pass = async (from: Deno.Conn, to: Deno.Conn, slow: boolean) => {
    const buffer = new Uint8Array(16_384);
    try {
      for (let count; (count = await from.read(buffer)) !== null;) {
        if (slow) {
          bytes += count;
          await sleep(delay);
        }
        for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
      }
    } catch {
      // Cut.
    }
    for (const connection of [from, to]) if (open.delete(connection)) connection.close();
  };
  const serving = (async () => {
    for await (const near of listener) {
      const { hostname, port } = new URL(target());
      const far = await Deno.connect({ hostname, port: Number(port) });
      open.add(near).add(far);
      void pass(near, far, false);
      void pass(far, near, true);
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    bytes: () => bytes,
    fast: () => delay = 0,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of [...open]) if (open.delete(connection)) connection.close();
      await serving;
    },
  };
}

Deno.test("the client makes, downloads and checks files, is interrupted at will, and tells scripts what happened", async (t) => {
  const to = { url: "" };
  await using line = slowLine(() => to.url);
  await using service = await startService({ PUBLIC_URL: line.url });
  to.url = service.api.url;
  await addAgencies(service.sql);
  await addContracts(service.sql, 3000);
  await service.worker();
  const folder = await Deno.makeTempDir();
  const env = { DETACHED_TOKEN: service.api.token, DETACHED_URL: service.api.url };
  const names = async () => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  let whole = new Uint8Array();

  await t.step("interrupted half-way and started again, it fetches only the rest", async () => {
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const { child, ended } = start(folder, [...D1, "-o", "file.csv"], env);
      await until("a part is there", async () => {
        const size = (await Deno.stat(`${folder}/file.csv.part`).catch(() => undefined))?.size ?? 0;
        return size > 300_000 * (signal === "SIGINT" ? 1 : 2);
      });
      child.kill(signal);
      const { code, stderr } = await ended;
      if (signal === "SIGINT") {
        assert.equal(code, 130);
        assert.match(stderr, /same arguments/);
      }
      assert.ok(!(await names()).includes("file.csv"), "no half file has the final name");
    }
    const before = line.bytes();
    const part = (await Deno.stat(`${folder}/file.csv.part`)).size;
    line.fast();
    const { code, stdout } = await start(folder, [...D1, "-o", "file.csv", "--json"], env).ended;
    assert.equal(code, 0);
    const done = JSON.parse(stdout);
    whole = await Deno.readFile(`${folder}/file.csv`);
    assert.deepEqual([done.rows, done.size, done.sha256], [3000, whole.length, sha256(whole)]);
    assert.deepEqual(
      [done.totals.records, done.totals.amounts, done.totals.by_month.length],
      [3000, { FederalActionObligation: "0" }, 3],
    );
    assert.equal(done.job_id, 1, "it is the job that was begun first");
    assert.ok(line.bytes() - before < whole.length - part + 5000, "only the rest was fetched");
    assert.deepEqual(await names(), ["file.csv"], "nothing else is left");
  });

  await t.step("what is there is not replaced, unless it is said", async () => {
    const { code, stderr } = await start(folder, [...D1, "-o", "file.csv"], env).ended;
    assert.equal(code, 2);
    assert.match(stderr, /--force/);
    const replaced = await start(folder, ["--", ...D1, "-o", "file.csv", "--force"], env).ended;
    assert.equal(replaced.code, 0);
    assert.match(
      replaced.stdout,
      /file\.csv: 3,000 records, .*\ndistinct awards +0\nFederalActionObligation +0\n$/,
    );
  });

  await t.step("a damaged part is found and fetched again", async () => {
    const damaged = whole.slice(0, 500_000);
    damaged[1000] = damaged[1000]! ^ 1;
    await Deno.writeFile(`${folder}/again.csv.part`, damaged);
    const again = await start(folder, [...D1, "-o", "again.csv", "--quiet"], env).ended;
    assert.equal(again.code, 0);
    assert.match(again.stdout, /^.*again\.csv: 3,000 records, .*\n$/, "no totals");
    assert.equal(sha256(await Deno.readFile(`${folder}/again.csv`)), sha256(whole));
  });

  await t.step("without -o the file has its own name, compressed where that is asked for", async () => {
    const { code, stdout } = await start(folder, [...D1, "--gzip", "--json"], env).ended;
    assert.equal(code, 0);
    assert.match(JSON.parse(stdout).path, /\/File-D1_20160101_20160331_awarding_\d+\.csv\.gz$/);
  });

  await t.step("a job can be begun by one call and fetched by another", async () => {
    const year = [...D1.slice(0, -1), "12/31/2016", "--format", "txt", "--no-wait", "--quiet"];
    const begun = await start(folder, year, env).ended;
    assert.equal(begun.code, 0);
    assert.match(
      begun.stderr,
      /^Warning: The range ends after 03\/31\/2016, [^\n]*\n$/,
      "that is no progress",
    );
    assert.ok(!(await names()).some((name) => name.startsWith(".")), "no file is left behind");
    const fetched = await start(folder, ["--job", begun.stdout.trim(), "-o", "file.txt", "--json"], env)
      .ended;
    assert.equal(fetched.code, 0, fetched.stderr);
    assert.equal(fetched.stderr.match(/^Warning: /gm)?.length, 1, fetched.stderr);
    assert.deepEqual(JSON.parse(fetched.stdout).warnings.map(({ code }: { code: string }) => code), [
      "ends_after_newest",
    ]);
    assert.ok((await names()).includes("file.txt"));
  });

  await t.step("a name that says gzip has a gzip file in it, and no other has", async () => {
    const wrong = await start(folder, [...D1, "--gzip", "-o", "zip.csv"], env).ended;
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.stderr,
      /--gzip makes a gzip file, and zip\.csv does not end in \.gz: say -o zip\.csv\.gz/,
    );
    const plain = await start(folder, [...D1, "-o", "zip.csv.gz"], env).ended;
    assert.equal(plain.code, 2);
    assert.match(plain.stderr, /is no gzip file/);
    const job = (await start(folder, [...D1, "--gzip", "--no-wait"], env).ended).stdout.trim();
    const fetched = await start(folder, ["--job", job, "-o", "zip.csv"], env).ended;
    assert.equal(fetched.code, 2);
    assert.match(fetched.stderr, /give it a name that ends in \.gz/);
    assert.ok(!(await names()).some((name) => name.startsWith("zip.csv")));
  });

  await t.step("it writes wherever its user may, from wherever it is called", async () => {
    const elsewhere = await Deno.makeTempDir({ dir: "/var/tmp" });
    const { code, stderr } = await start(folder, [...D1, "-o", `${elsewhere}/file.csv`], env).ended;
    assert.equal(code, 0, stderr);
    assert.equal(sha256(await Deno.readFile(`${elsewhere}/file.csv`)), sha256(whole));
    await Deno.remove(elsewhere, { recursive: true });
    const cases: [output: string, message: RegExp][] = [
      ["no/such/folder/x.csv", /^There is no folder .*no\/such\/folder\.\n$/],
      [".", /is a folder: name a file in it/],
      ["/proc/x.csv", /^The file cannot be written there: /],
    ];
    for (const [output, message] of cases) {
      const refused = await start(folder, [...D1, "-o", output], env).ended;
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, message);
    }
  });

  await t.step("nothing is written through a link, not even with --force", async () => {
    const outside = await Deno.makeTempDir();
    await Deno.writeTextFile(`${outside}/kept`, "kept");
    const links = ["link.csv", "link.csv.part"];
    // By ln, since Deno lets only whoever may write anywhere make links.
    const ln = [...links.map((link) => `ln -s ${outside}/kept ${link}`), `ln ${outside}/kept hard.csv.part`];
    await new Deno.Command("/bin/sh", { args: ["-ec", ln.join("\n")], cwd: folder }).output();
    const refused = await start(folder, [...D1, "-o", "link.csv", "--force"], env).ended;
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /link\.csv\.part is a link: remove it first/);
    const hard = await start(folder, [...D1, "-o", "hard.csv"], env).ended;
    assert.equal(hard.code, 2, hard.stderr);
    assert.match(hard.stderr, /hard\.csv\.part is another name of a file: remove it first/);
    await Deno.remove(`${folder}/link.csv.part`);
    assert.equal((await start(folder, [...D1, "-o", "link.csv", "--force"], env).ended).code, 0);
    assert.ok((await Deno.lstat(`${folder}/link.csv`)).isFile, "the link was replaced");
    assert.equal(await Deno.readTextFile(`${outside}/kept`), "kept");
    await Deno.remove(outside, { recursive: true });
  });

  await t.step("exit codes say what went wrong, and no message shows the token", async () => {
    const secret = "detached_" + "0".repeat(64);
    const nobody = `http://127.0.0.1:${freePort()}`;
    const nobodyAnswers = new RegExp(`The service at ${nobody} does not answer: .*Connection refused`);
    const cases: [args: string[], env: Record<string, string>, code: number, message: RegExp][] = [
      [["--type", "D1"], env, 2, /start is missing/],
      [[...D1, "--nonsense"], env, 2, /--help/],
      [["--cgac", "020"], env, 2, /--type/],
      [D1, { ...env, DETACHED_TOKEN: secret }, 3, /Sign in/],
      [D1, { DETACHED_URL: env.DETACHED_URL }, 3, /DETACHED_TOKEN/],
      [[...D1, "--patience", "1"], { ...env, DETACHED_URL: nobody }, 4, nobodyAnswers],
      [
        [...D1, "--patience", "0"],
        { ...env, DETACHED_URL: "http://no-such-host.invalid" },
        4,
        /no-such-host.*lookup/,
      ],
      [D1, { ...env, DETACHED_TOKEN: `${secret}\u200b` }, 3, /The API token holds/],
      [D1, { ...env, DETACHED_TOKEN: `a\nb${secret}` }, 3, /The API token holds/],
      [D1, { ...env, DETACHED_URL: `http://ann:${secret}@127.0.0.1` }, 2, /no user or password/],
      [D1, { ...env, DETACHED_URL: `http//${secret}` }, 2, /DETACHED_URL must be an http/],
      [[...D1, "--token-file", "no-such-file"], env, 3, /no-such-file cannot be read: there is no such file/],
      [["--job", "4711"], env, 2, /no job 4711/],
    ];
    for (const [args, environment, code, message] of cases) {
      const ended = await start(folder, [...args, "--json"], environment).ended;
      assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
      assert.match(ended.stderr, message);
      assert.equal(JSON.parse(ended.stdout).exit, code);
      assert.ok(!`${ended.stdout}${ended.stderr}`.includes(secret));
    }
    const help = await start(folder, ["--help"], {}).ended;
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Exit codes/);
  });

  await t.step("a file that cannot be made is exit code 1, and the next call asks anew", async () => {
    const day = [
      "--type",
      "D1",
      "--cgac",
      "020",
      "--start",
      "01/05/2016",
      "--end",
      "01/05/2016",
      "-o",
      "failed.csv",
    ];
    await service.sql`ALTER TABLE detached_award_procurement RENAME COLUMN piid TO gone`;
    const failed = await start(folder, [...day, "--json"], env).ended;
    await service.sql`ALTER TABLE detached_award_procurement RENAME COLUMN gone TO piid`;
    assert.equal(failed.code, 1, failed.stderr);
    assert.equal(JSON.parse(failed.stdout).code, "query_failed");
    assert.equal((await start(folder, day, env).ended).code, 0);
  });
  await Deno.remove(folder, { recursive: true });
});
