import assert from "node:assert/strict";
import { ofChunks } from "../../lib/csv/byte_source.ts";
import { layoutOf } from "../../lib/reconciliations/layout.ts";
import { findColumns } from "../../lib/reconciliations/header.ts";
import { checkBeginning, readUpload } from "../../lib/reconciliations/read_upload.ts";

const fileA = layoutOf("A-DIFF"), fileC = layoutOf("C-DIFF");
const longA = fileA.columns.map(({ headers }) => headers[0]!);
const shortA = fileA.columns.map(({ name }) => name);
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a File A has 20 columns and a File C 56, by their long names or their short ones, in any order and case", () => {
  assert.deepEqual([fileA.columns.length, fileC.columns.length], [20, 56]);
  for (const { columns } of [fileA, fileC]) {
    for (const header of [columns.map(({ headers }) => headers[0]!), columns.map(({ name }) => name)]) {
      const turned = header.toReversed().map((name) => ` ${name.toUpperCase()}`);
      const found = findColumns({ title: "", columns }, turned);
      columns.forEach(({ name }, i) => assert.equal(found.get(name), columns.length - 1 - i));
    }
  }
});

Deno.test("long and short names can be mixed where more than half of all headers are long ones", () => {
  const mixed = (longs: number) => [...longA.slice(0, longs), ...shortA.slice(longs)];
  assert.equal(findColumns(fileA, mixed(11)).size, 20);
  assert.throws(() => findColumns(fileA, mixed(10)), { message: /lacks adjustments_to_unobligated_cpe, / });
  // Further columns count among all.
  assert.throws(() => findColumns(fileA, [...mixed(11), "flex_a", "flex_b"]), { code: "upload_malformed" });
});

Deno.test("a column that is missing, there twice, or there by both its names is named", () => {
  const { length } = longA;
  assert.throws(() => findColumns(fileA, longA.slice(1)), {
    message:
      "The header of the file lacks AdjustmentsToUnobligatedBalanceBroughtForward_CPE; a File A must have " +
      "each of its 20 columns once.",
  });
  assert.throws(() => findColumns(fileA, [...longA, "agencyidentifier "]), {
    message: /has agencyidentifier twice/,
  });
  assert.throws(() => findColumns(fileA, [...longA, "agency_identifier"]), { message: /twice/ });
  assert.equal(findColumns(fileA, [...shortA, "AgencyIdentifier"]).get("agency_identifier"), 1);
  assert.equal(findColumns(fileA, [...longA, "notes", "notes"]).size, length);
});

Deno.test("the two old names of File A's columns count as well", () => {
  const old = longA.map((name) =>
    name === "TotalBudgetaryResources_CPE"
      ? "BudgetAuthorityAvailableAmountTotal_CPE"
      : name.replace("RefundsOfPriorYearByTAS", "RefundsByTAS")
  );
  assert.equal(findColumns(fileA, old).size, 20);
});

Deno.test("the beginning of an upload shows what is wrong with it, or nothing", async () => {
  const header = longA.join("|");
  const record = "|".repeat(19);
  const wrong = async (text: string | Uint8Array, isAll = true) =>
    await checkBeginning(fileA, typeof text === "string" ? bytes(text) : text, isAll).then(
      () => undefined,
      (error) => {
        assert.equal(error.code, "upload_malformed");
        return error.message as string;
      },
    );
  assert.equal(await wrong(`${header}\n${record}\n`), undefined);
  assert.equal(await wrong(`\uFEFF${header}\r\n${record}`), undefined);
  assert.equal(await wrong(""), "The file is empty.");
  assert.equal(await wrong(`\n\n${header}\n`), "The file has a header and no record.");
  assert.equal(await wrong("", false), undefined);
  assert.equal(await wrong(header.slice(0, -3), false), undefined);
  assert.match((await wrong(`a,b\n${"1,2\n".repeat(9)}`, false))!, /begins with "a"/);
  assert.equal(
    await wrong(new Uint8Array([...bytes(`${header}\n${record}\nx`), 0xe9, 0x0a])),
    "Line 3 of the file is not UTF-8 (it may be Windows-1252 or Latin-1); wanted a CSV in UTF-8.",
  );
  assert.match((await wrong(`${header}\n\0\n`))!, /zero byte/);
  assert.match((await wrong(`${header}\n"${record}\n`))!, /begins on line 2 of the file never ends/);
  assert.equal(await wrong(`${header}\n"${record}\n`, false), undefined);
  assert.match((await wrong(new Uint8Array([0x1f, 0x8b, 8, 0])))!, /compressed/);
  assert.match((await wrong(",".repeat(20_000) + "\n"))!, /more than 10000 fields/);
  assert.equal(
    await wrong(new Uint8Array(256 << 10), false),
    "The record on line 1 of the file is longer than 256 KiB; wanted a CSV.",
  );
  // Half of a character, where more is to come.
  assert.equal(await wrong(bytes(`${header}\n${record}\né`).slice(0, -1), false), undefined);
});

Deno.test("a record of an upload has 1 MiB at most", async () => {
  const read = async (length: number) => {
    const cells = [...Array(fileC.columns.length - 1).fill(""), "x".repeat(length)].join(",");
    const text = bytes(`${fileC.columns.map(({ name }) => name).join(",")}\n${cells}\n${cells}\n`);
    let at = 0;
    const source = ofChunks(() => Promise.resolve(at < text.length ? text.subarray(at, at += 65_536) : null));
    let records = 0;
    for await (const { batch } of readUpload(fileC, source)) records += batch.records;
    return records;
  };
  assert.equal(await read((1 << 20) - 100), 2);
  await assert.rejects(read(1 << 20), {
    code: "upload_malformed",
    message: "The record on line 2 of the file is longer than 1024 KiB; wanted a CSV.",
  });
});
