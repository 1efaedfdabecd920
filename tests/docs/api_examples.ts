import assert from "node:assert/strict";
import { catalogue } from "../../lib/error_catalogue.ts";
import { errorsByStatus, failures, sentenceOf } from "../../routes/docs/error_table.tsx";
import { isInstalled } from "../helpers/installed.ts";
import { uploadText } from "../helpers/file_c.ts";
import type { Service } from "../helpers/service.ts";
import { runProgram } from "../helpers/run_program.ts";

const PYTHON = "/usr/bin/python3";
const succeeds = async (program: string, args: string[]) =>
  isInstalled(program) && (await new Deno.Command(program, { args, stderr: "null" }).output()).success;
const withRequests = await succeeds(PYTHON, ["-c", "import requests"]);

/** Runs what comes as JSON, a list of programs, one after the other; says what each of them printed. */
const RUN_ALL = `
import contextlib, io, json, sys
said = []
for code in json.load(sys.stdin)["programs"]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, dict(json.loads(sys.argv[1])))
    said.append(out.getvalue())
print(json.dumps(said))
`;

/** The examples of a language on the page about the API, as they are read there. */
const examplesIn = (html: string, language: string): string[] =>
  [...html.matchAll(new RegExp(`data-language="${language}">.*?<code>(.*?)</code>`, "gs"))].map(([, text]) =>
    text!.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&amp;", "&")
  );

/**
 * Runs every example of the page about the API, as steps of a test, on a service whose first job is finished,
 * with the sample data.
 */
export async function checkApiExamples(t: Deno.TestContext, service: Service): Promise<void> {
  const html = await (await fetch(`${service.api.url}/docs`)).text();
  const { url: LINK } = await service.ended(1);
  const names = { URL: service.api.url, TOKEN: service.api.token, LINK };
  const folder = await Deno.makeTempDir();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  await Deno.writeTextFile(`${folder}/my_c.csv`, uploadText("C-DIFF"));
  // The first job has ended: it cannot be cancelled any more.
  const isExpected = (said: string) =>
    !/^(\d+ )?\{"message":"|^(?!2)\d{3} /.test(said.trim()) || /job_ended/.test(said);

  await t.step("every example of /docs for curl", async () => {
    const examples = examplesIn(html, "curl");
    assert.ok(examples.length > 15);
    const script = examples.join("\necho; echo ---\n");
    const options = { args: ["-ec", script], cwd: folder, env: names };
    const { success, stdout, stderr } = await new Deno.Command("/bin/sh", options).output();
    const said = new TextDecoder().decode(stdout);
    assert.ok(success, said + new TextDecoder().decode(stderr));
    const responses = said.split("\n---\n");
    assert.equal(responses.length, examples.length);
    for (const [i, response] of responses.entries()) {
      assert.ok(isExpected(response), `${examples[i]}: ${response}`);
    }
    const downloaded = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.ok(downloaded.some((name) => /^File-D1_.*\.csv$/.test(name)), downloaded.join());
  });

  await t.step({
    name: "every example of /docs for Python (needs Debian's python3-requests)",
    ignore: !withRequests,
    fn: async () => {
      const programs = examplesIn(html, "Python");
      const args = ["-c", RUN_ALL, JSON.stringify(names)];
      const { code, out, err } = await runProgram(
        PYTHON,
        { args, cwd: folder },
        JSON.stringify({ programs }),
      );
      assert.equal(code, 0, err);
      const said = JSON.parse(out) as string[];
      for (const [i, response] of said.entries()) {
        assert.ok(isExpected(response), `${programs[i]}: ${response}`);
      }
    },
  });

  await t.step("every error of the catalogue is on /docs, with its sentence", () => {
    const told = [...errorsByStatus, ...failures];
    const codes = Object.entries(catalogue).filter(([, { status }]) => Number(status) !== 499).map((
      [code],
    ) => code);
    assert.deepEqual(told.map(([code]) => code).sort(), codes.sort());
    for (const [code, entry] of told) {
      assert.ok(html.includes(`<code>${code}</code>`), code);
      assert.doesNotMatch(sentenceOf(entry), /undefined|NaN|\[object|=>/, code);
    }
  });
}
