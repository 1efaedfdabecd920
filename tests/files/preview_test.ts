/** The first records of a file of which no index gives the order: by the accounts that it begins with. */
import assert from "node:assert/strict";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { previewFile } from "../../lib/files/preview.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { testDatabase } from "../helpers/database.ts";

const EMPTY = 230, WITH_RECORDS = 30;

Deno.test("accounts that come to nothing do not hide the records of those behind them", async () => {
  await using db = await testDatabase();
  const account = (n: number) => {
    const main_account_code = String(n).padStart(4, "0");
    return {
      agency_identifier: "020",
      availability_type_code: "X",
      main_account_code,
      sub_account_code: "000",
      tas: `00002000000000X${main_account_code}000`,
      display_tas: `020-X-${main_account_code}-000`,
    };
  };
  const accounts = Array.from({ length: EMPTY + WITH_RECORDS }, (_, n) => account(n));
  const began = { internal_start_date: "2015-01-01" };
  await db.sql.begin(async (tx) => {
    await insertRows(tx, "tas_lookup", accounts.map((one, n) => ({ ...one, ...began, account_num: n })));
    await insertRows(
      tx,
      "gtas_boc",
      accounts.map((one, n) => ({
        ...one,
        fiscal_year: 2023,
        period: 9,
        ussgl_number: n < EMPTY - 1 ? "101000" : "480100",
        dollar_amount: n < EMPTY ? "0" : "5.00",
        debit_credit: "D",
        begin_end: "E",
      })),
    );
  });
  const request = requestBody.parse({ file_type: "BOC", cgac_code: "020", year: 2023, period: 9 });
  const { records } = await previewFile(db.sql, fileTypeOf("BOC"), request);
  assert.deepEqual(
    records.map(([tas]) => tas),
    accounts.slice(EMPTY, EMPTY + 20).map(({ display_tas }) => display_tas),
  );
});
