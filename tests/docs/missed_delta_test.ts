import assert from "node:assert/strict";
import { ZipWriter } from "@zip.js/zip.js";
import { testDatabase } from "../helpers/database.ts";
import { DEBIAN_POSTGRES } from "../helpers/debian_postgres.ts";
import { isInstalled } from "../helpers/installed.ts";
import { archiveCsv, load, loadText } from "../helpers/sources.ts";

const LOADING = new URL("../../docs/loading.md", import.meta.url);
const FULL_FILE = "FY2026_All_Contracts_Full_20261006.zip";

Deno.test({
  name:
    "the commands of docs/loading.md find what a delta that was never published would have removed (needs python3 and Debian's psql)",
  ignore: !isInstalled(`${DEBIAN_POSTGRES}/psql`) || !isInstalled("/usr/bin/python3"),
}, async () => {
  await using database = await testDatabase();
  const contract = (key: string, action_date: string) => ({
    contract_transaction_unique_key: key,
    action_date,
  });
  const before = ["_-none-_a", "b", "c", "d", "e"].map((key) => contract(key, "2026-01-02"));
  await loadText(
    database,
    "archive-contracts",
    archiveCsv("contracts", [...before, contract("of another year", "2025-09-30")]),
  );
  const folder = await Deno.makeTempDir();
  try {
    const file = await Deno.create(`${folder}/${FULL_FILE}`);
    const zip = new ZipWriter(file.writable, { useWebWorkers: false });
    // The archive's full files are several CSVs, and USAspending capitalises keys.
    for (const [name, keys] of [["1.csv", ["_-NONE-_A", "C"]], ["2.csv", ["D", "NEW"]]] as const) {
      const rows = keys.map((key) => ({
        ...contract(key, "2026-01-02"),
        transaction_description: "one\nmore",
      }));
      await zip.add(name, new Blob([archiveCsv("contracts", rows)]).stream());
    }
    await zip.close();
    const loadFile = (name: string) =>
      load({ databaseUrl: database.url, source: "archive-contracts", files: [`${folder}/${name}`] });
    await loadFile(FULL_FILE);
    const [, commands] = /never published\*\*[^]*?```sh\n([^]*?)```/.exec(await Deno.readTextFile(LOADING))!;
    const { success, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-euc", commands!],
      cwd: folder,
      env: { PATH: `${DEBIAN_POSTGRES}:/usr/bin:/bin`, DATABASE_URL: database.url },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(await Deno.readTextFile(`${folder}/gone`), "B\nE\n");

    await loadFile("gone.csv");
    const left = await database.sql<{ key: string }[]>`
      SELECT detached_award_proc_unique AS key FROM detached_award_procurement ORDER BY detached_award_proc_unique COLLATE "C"`;
    assert.deepEqual(left.map(({ key }) => key), ["NEW", "_-none-_a", "c", "d", "of another year"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
