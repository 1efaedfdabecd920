import assert from "node:assert/strict";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";

Deno.test("the agencies that exist are listed, the caller's first", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { json } = await app.send("GET", "/v1/list_agencies/", { as: "defense-fabs" });
  assert.deepEqual(json, {
    cgac_agency_list: [
      { cgac_code: "097", agency_name: "Defense", yours: true },
      { cgac_code: "020", agency_name: "Treasury", yours: false },
    ],
    frec_agency_list: [{ frec_code: "1601", agency_name: "Labor", cgac_code: "020", yours: false }],
  });
  assert.equal((await app.send("GET", "/v1/list_agencies/", { as: null })).status, 401);
});
