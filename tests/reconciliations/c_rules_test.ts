import assert from "node:assert/strict";
import { connect, type Sql } from "../../lib/db.ts";
import { testDatabase } from "../helpers/database.ts";
import { type CCells, cFile } from "../helpers/c_file.ts";
import {
  type Assistance,
  type Contract,
  type CRow,
  type Finding,
  modelFindings,
} from "../helpers/c_rules_model.ts";
import { SEED } from "../helpers/properties.ts";
import { Random } from "../helpers/random.ts";
import { type Difference, reconciled } from "../helpers/reconciled.ts";
import { urlAs } from "../helpers/roles.ts";

const COLUMNS = [
  "Rule",
  "RowNumber",
  "PIID",
  "ParentAwardId",
  "FAIN",
  "URI",
  "Yours",
  "Treasury",
  "Difference",
  "TransactionKey",
] as const;

const shown = (findings: (Finding | Difference)[]): string[] =>
  findings.map((finding) => COLUMNS.map((column) => finding[column] ?? "").join(";")).sort();

/** What a source table holds of a transaction: cells that are read alike whatever stands around them. */
interface Stored<Transaction> {
  transaction: Transaction;
  /** The one that awards it; another one funds it. */
  agency: string;
  /** Or the one that funds it; another one awards it. */
  isFunded?: boolean;
  day: string;
}

async function addTransactions(
  sql: Sql,
  contracts: Stored<Contract>[],
  assistance: Stored<Assistance & { isActive?: boolean }>[],
): Promise<void> {
  const json = (rows: unknown[]) => sql.json(rows);
  await sql`
    INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, funding_agency_code,
      action_date, piid, parent_award_id, federal_action_obligation)
    SELECT key, CASE WHEN "isFunded" THEN 'Y99' ELSE agency END, CASE WHEN "isFunded" THEN agency ELSE 'Y99' END,
      day, piid, parent, fao
    FROM jsonb_to_recordset(${
    json(contracts.map(({ transaction, ...rest }) => ({ ...transaction, ...rest })))
  }::jsonb)
      AS row (key text, agency text, "isFunded" boolean, day date, piid text, parent text, fao numeric)`;
  await sql`
    INSERT INTO published_fabs (afa_generated_unique, awarding_agency_code, funding_agency_code, action_date,
      record_type, assistance_type, fain, uri, federal_action_obligation, original_loan_subsidy_cost, is_active)
    SELECT key, CASE WHEN "isFunded" THEN 'Y99' ELSE agency END, CASE WHEN "isFunded" THEN agency ELSE 'Y99' END, day, "recordType", type, fain, uri, fao, olsc, coalesce("isActive", true)
    FROM jsonb_to_recordset(${
    json(assistance.map(({ transaction, ...rest }) => ({ ...transaction, ...rest })))
  }::jsonb)
      AS row (key text, agency text, "isFunded" boolean, day date, "recordType" integer, type text, fain text, uri text, fao numeric,
        olsc numeric, "isActive" boolean)`;
}

const asked = (agency: string) => ({
  file_type: "C-DIFF",
  cgac_code: agency,
  start: "01/01/2021",
  end: "03/31/2021",
});

/** The same value as somebody may have written it. */
const dressed = (random: Random, value: string | null): string =>
  value === null
    ? random.pick(["", "", " "])
    : random.pick([value, value, ` ${value}`, `"${value}"`, ` "${value} "`, `""${value}"\t`]);

const IDS = ["W1", "w1", "W2", "W3,X"];
const AMOUNTS = [
  ...[null, "0", "0.00", "5", "-5", "-5.00", "2.50", "-2.5", "123456789012345.67"],
  ...["-123456789012345.67", "0.00000000000001", "98765432109876543210.0123456789"],
];

function anyFile(random: Random, agency: string) {
  const id = (none = 0.3) => random.chance(none) ? null : random.pick(IDS);
  const amount = () => random.pick(AMOUNTS);
  const many = <T>(most: number, make: (i: number) => T) =>
    Array.from({ length: random.below(most) }, (_, i) => make(i));
  const rows = many(14, (): Omit<CRow, "rowNumber"> => ({
    ata: random.pick([null, null, agency, "099", "000"]),
    aid: random.pick([agency, agency, agency, null]),
    piid: id(0.5),
    parent: id(0.5),
    fain: id(0.5),
    uri: id(0.5),
    toa: amount(),
  }));
  const contracts = many(9, (i): Contract => ({
    key: `${agency}_C${i}`,
    piid: id(0.1),
    parent: id(0.5),
    fao: amount(),
  }));
  const assistance = many(9, (i): Assistance => ({
    key: `${agency}_F${i}`,
    recordType: random.pick([1, 2, 3, 1, 2, 3, null, 4]),
    type: random.pick([null, "07", "08", "F003", "f003", "7", "04"]),
    fain: id(0.2),
    uri: id(0.2),
    fao: amount(),
    olsc: amount(),
  }));
  return { rows, contracts, assistance };
}

Deno.test("the rules of File C find in any files what a plain model of them finds", async () => {
  await using db = await testDatabase();
  const random = new Random(SEED);
  const tries = Array.from({ length: 25 }, (_, i) => {
    const agency = `Z${String(i).padStart(2, "0")}`;
    return { agency, isFunded: i % 3 === 2, ...anyFile(random, agency) };
  });
  const worn = <T extends object>(one: T, columns: (keyof T)[]): T => ({
    ...one,
    ...Object.fromEntries(columns.map((column) => [column, dressed(random, one[column] as string | null)])),
  });
  await addTransactions(
    db.sql,
    tries.flatMap(({ agency, isFunded, contracts }) =>
      contracts.map((one, i) => ({
        transaction: worn(one, ["piid", "parent"]),
        agency,
        isFunded,
        day: i === 0 ? "2021-01-01" : "2021-03-31",
      }))
    ),
    tries.flatMap(({ agency, isFunded, assistance }) =>
      assistance.map((one) => ({
        transaction: worn(one, ["fain", "uri", "type"]),
        agency,
        isFunded,
        day: "2021-02-01",
      }))
    ),
  );
  // What is in neither file, and would satisfy every row.
  const others = IDS.flatMap((id, i) =>
    [1, 2].map((recordType) => ({
      transaction: {
        key: `X${i}${recordType}`,
        recordType,
        type: "04",
        fain: id,
        uri: id,
        fao: "1",
        olsc: null,
      },
      agency: "Z00",
      day: recordType === 1 ? "2020-12-31" : "2021-02-01",
      isActive: recordType === 1,
    }))
  );
  await addTransactions(
    db.sql,
    IDS.map((id, i) => ({
      transaction: { key: `Y${i}`, piid: id, parent: null, fao: "1" },
      agency: "Z01",
      day: "2021-04-01",
    })),
    others,
  );
  let findings = 0;
  for (const { agency, isFunded, rows, contracts, assistance } of tries) {
    const cells = rows.map((row): CCells => ({
      agency_identifier: row.aid ?? "",
      allocation_transfer_agency: row.ata === "000" ? "0" : row.ata ?? " ",
      piid: dressed(random, row.piid),
      parent_award_id: dressed(random, row.parent),
      fain: dressed(random, row.fain),
      uri: dressed(random, row.uri),
      transaction_obligated_amou: dressed(random, row.toa),
      object_class: "254",
    }));
    cells.unshift({ piid: "W9", transaction_obligated_amou: "12.5x" }, {});
    const body = { ...asked(agency), agency_type: isFunded ? "funding" : "awarding" };
    const found = await reconciled(db.sql, body, cFile(cells, random.pick([",", "|"])));
    const expected = modelFindings(
      rows.map((row, i) => ({ ...row, rowNumber: i + 4 })),
      contracts,
      assistance,
    );
    assert.deepEqual(
      shown(found.lines.filter(({ Rule }) => Rule !== "READ")),
      shown(expected),
      JSON.stringify({ agency, rows, contracts, assistance }),
    );
    assert.deepEqual(found.lines.slice(0, 2).map(({ Rule, RowNumber }) => [Rule, RowNumber]), [
      ["READ", "2"],
      ["READ", "3"],
    ]);
    findings += expected.length;
  }
  assert(findings > 100, `the files have something to find: ${findings}`);
});

Deno.test("of a File C that is made of D1 and D2, the planted differences are found, and nothing else, with a worker's rights", async () => {
  await using db = await testDatabase();
  const worker = connect(urlAs(db.url, "detached_worker"), { max: 1, name: "worker" });
  await using _ = { [Symbol.asyncDispose]: () => worker.end({ timeout: 5 }) };
  const agency = "020";
  const random = new Random(SEED);
  const cents = () => `${random.below(100_000)}.${String(1 + random.below(99)).padStart(2, "0")}`;
  const contracts = Array.from({ length: 30 }, (_, i): Contract => ({
    key: `C${i}`,
    piid: `PIID${i >> 1}`,
    parent: i % 4 < 2 ? null : `IDV${i >> 1}`,
    fao: cents(),
  }));
  const assistance = Array.from({ length: 30 }, (_, i): Assistance => ({
    key: `F${i}`,
    recordType: i % 4 < 2 ? 1 : 2,
    type: i % 6 < 4 ? "04" : "07",
    fain: `FAIN${i >> 1}`,
    uri: `URI${i >> 1}`,
    fao: i % 6 < 4 ? cents() : "0",
    olsc: i % 6 < 4 ? null : cents(),
  }));
  const day = "2021-02-03";
  await addTransactions(
    db.sql,
    contracts.map((transaction) => ({ transaction, agency, day })),
    assistance.map((transaction) => ({ transaction, agency, day })),
  );
  const books = (): CCells[] => [
    ...contracts.map(({ piid, parent, fao }): CCells => ({
      agency_identifier: "20",
      piid: piid!.toLowerCase(),
      parent_award_id: parent ?? "",
      transaction_obligated_amou: `-${fao}`,
    })),
    ...assistance.map(({ recordType, type, fain, uri, fao, olsc }): CCells => ({
      agency_identifier: "020",
      allocation_transfer_agency: "20",
      ...recordType === 1 ? { uri: uri! } : { fain: fain! },
      transaction_obligated_amou: `-${type === "07" ? olsc : fao}`,
    })),
  ];
  const found = async (change: (rows: CCells[]) => void): Promise<string[]> => {
    const rows = books();
    change(rows);
    const { lines, findings } = await reconciled(worker, asked(agency), cFile(rows));
    assert.equal(Object.values(findings).reduce((sum, count) => sum + count), lines.length);
    return lines.map((line) =>
      [line.Rule, line.PIID || line.FAIN || line.URI, line.RowNumber || line.TransactionKey, line.Difference]
        .filter(Boolean).join(" ")
    );
  };
  const loan = assistance.findIndex(({ recordType, type }) => recordType === 2 && type === "07");
  const bothRows = (at: number) => [at & ~1, at | 1];

  assert.deepEqual(await found(() => {}), []);
  // Awards that were forgotten: both transactions of a contract, of a grant, and of a loan.
  assert.deepEqual(await found((rows) => rows.splice(0, 2)), [
    `C12 PIID0 C0 ${contracts[0]!.fao}`,
    `C12 PIID0 C1 ${contracts[1]!.fao}`,
  ]);
  assert.deepEqual(await found((rows) => rows.splice(30, 2)), [
    `C9 FAIN0 F0 ${assistance[0]!.fao}`,
    `C9 FAIN0 F1 ${assistance[1]!.fao}`,
  ]);
  assert.deepEqual(await found((rows) => bothRows(loan).forEach((at) => rows[30 + at] = {})), [
    ...bothRows(loan).map((at) => `READ ${32 + at}`),
    ...bothRows(loan).map((at) => `C9 ${assistance[at]!.fain} F${at} ${assistance[at]!.fao}`),
  ]);
  // Awards that were invented.
  assert.deepEqual(
    await found((rows) =>
      rows.push(
        { agency_identifier: "020", piid: "NONE", transaction_obligated_amou: "1" },
        { agency_identifier: "020", piid: "PIID0", parent_award_id: "NONE", transaction_obligated_amou: "2" },
        { agency_identifier: "020", fain: "NONE", uri: "NEITHER", transaction_obligated_amou: "3" },
        // Another agency's money.
        {
          agency_identifier: "020",
          allocation_transfer_agency: "097",
          piid: "NONE",
          transaction_obligated_amou: "4",
        },
      )
    ),
    ["C8 NONE 64 3", "C8 NONE 64 3", "C11 NONE 62 1", "C11 PIID0 63 2"],
  );
  // Amounts that are wrong by a cent, or have the wrong sign.
  const off = (at: number) => (rows: CCells[]) =>
    rows.push({ ...rows[at]!, transaction_obligated_amou: "0.01" });
  assert.deepEqual(await found(off(0)), ["C23.1 PIID0 0.01"]);
  assert.deepEqual(await found(off(2)), ["C23.2 PIID1 0.01"]);
  assert.deepEqual(await found(off(30 + 2)), ["C23.3 FAIN1 0.01"]);
  assert.deepEqual(await found(off(30)), ["C23.4 URI0 0.01"]);
  // A parent that was left out, or added.
  assert.deepEqual(
    await found((rows) => bothRows(2).forEach((at) => rows[at]!.parent_award_id = "")),
    [`C12 PIID1 C2 ${contracts[2]!.fao}`, `C12 PIID1 C3 ${contracts[3]!.fao}`],
  );
  assert.deepEqual(
    await found((rows) => bothRows(0).forEach((at) => rows[at]!.parent_award_id = "IDV9")),
    [
      `C11 piid0 2 -${contracts[0]!.fao}`,
      `C11 piid0 3 -${contracts[1]!.fao}`,
      `C12 PIID0 C0 ${contracts[0]!.fao}`,
      `C12 PIID0 C1 ${contracts[1]!.fao}`,
    ],
  );
  // An allocation account has the award: it is there, and in no sum.
  assert.deepEqual(
    await found((rows) => bothRows(0).forEach((at) => rows[at]!.allocation_transfer_agency = "097")),
    [],
  );
});
