/**
 * Real files keep to what the dictionary says of them, and the programs that it shows for reading them do so.
 */
import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { fileTypes } from "../../lib/files/registry.ts";
import { isInstalled } from "../helpers/installed.ts";
import { projectText } from "../helpers/project_files.ts";
import type { Service } from "../helpers/service.ts";
import { runProgram } from "../helpers/run_program.ts";

const IS_A: Record<string, RegExp> = {
  string: /^[^]*$/,
  number: /^-?\d+(\.\d+)?$/,
  integer: /^-?\d+$/,
  boolean: /^[tf]$/,
  date: /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/,
};

const PANDAS = "/usr/bin/python3";
const R = "/usr/bin/Rscript";
const DUCKDB = "/usr/bin/duckdb";

async function hasPandas(): Promise<boolean> {
  if (!isInstalled(PANDAS)) return false;
  return (await new Deno.Command(PANDAS, { args: ["-c", "import pandas"], stderr: "null" }).output()).success;
}
const withPandas = await hasPandas();

/** Checks both as steps of a test, on a service with the sample data and a worker. */
export async function checkReading(t: Deno.TestContext, service: Service): Promise<void> {
  const folder = await Deno.makeTempDir();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const asked = new Map<string, number>();
  for (const { code, example } of fileTypes) {
    asked.set(code, (await service.request({ ...example, compression: "none" })).job_id);
  }
  for (const { code } of fileTypes) {
    await t.step(`every value of file ${code} is what its Table Schema says`, async () => {
      const { url } = await service.ended(asked.get(code)!);
      const bytes = await (await fetch(url)).bytes();
      await Deno.writeFile(`${folder}/File-${code}.csv`, bytes);
      const format = new URL(url).pathname.endsWith(".txt") ? "txt" : "csv";
      const { json: schema } = await service.api.send(
        "GET",
        `/v1/columns/${code}?format=table-schema&file_format=${format}`,
      );
      const { delimiter, quoteChar: quote } = schema.dialect;
      const [header, ...records] = parse(bytes, { delimiter, quote, recordDelimiter: "\n" }) as string[][];
      assert.deepEqual(header, schema.fields.map(({ name }: { name: string }) => name));
      assert.ok(records.length > 0);
      for (const record of records) {
        for (const [i, cell] of record.entries()) {
          const { name, type } = schema.fields[i];
          assert.ok(schema.missingValues.includes(cell) || IS_A[type]!.test(cell), `${name}: ${cell}`);
        }
      }
    });
  }
  const { json: totals } = await service.api.send("GET", `/v1/generations/${asked.get("D1")}/totals`);
  const records = parse(await Deno.readFile(`${folder}/File-D1.csv`), { columns: true }) as Record<
    string,
    string
  >[];
  const first = records.map(({ ActionDate }) => ActionDate!).sort()[0]!.replace(
    /(....)(..)(..)/,
    "$1-$2-$3",
  );
  const wanted = [String(totals.records), totals.amounts.FederalActionObligation, first];
  const read = async (program: string, args: string[], stdin = "") => {
    const { code, out, err } = await runProgram(program, { args, cwd: folder }, stdin);
    assert.equal(code, 0, out + err);
    return out;
  };
  const shown = (ending: string) => projectText(`routes/page/reading/read_file.${ending}`);
  const assertRead = (said: string) => {
    for (const one of wanted) assert.ok(said.includes(one), `${one} is not in ${said}`);
  };
  await t.step({
    name: "with pandas (needs Debian's python3-pandas)",
    ignore: !withPandas,
    fn: async () =>
      assertRead(
        await read(PANDAS, ["-", service.api.url, "D1", "File-D1.csv"], await shown("py")),
      ),
  });
  await t.step({
    name: "with R (needs Debian's r-base-core)",
    ignore: !isInstalled(R),
    fn: async () => assertRead(await read(R, ["-", "File-D1.csv"], await shown("R"))),
  });
  await t.step({
    name: "with DuckDB (needs its command-line program)",
    ignore: !isInstalled(DUCKDB),
    fn: async () => assertRead(await read(DUCKDB, [], await shown("sql"))),
  });
}
