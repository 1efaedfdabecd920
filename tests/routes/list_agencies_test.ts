import assert from "node:assert/strict";
import { testApp, users } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";

const treasury = { agency_name: "Treasury", cgac_code: "020" };
const defense = { agency_name: "Defense", cgac_code: "097" };
const labor = { agency_name: "Labor", frec_code: "1601" };

Deno.test("the agencies that the caller has a permission on are listed, and an administrator has all", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const listed = async (as: string, query = "") => {
    const { json } = await app.send("GET", `/v1/list_agencies/${query}`, { as });
    return [...json.cgac_agency_list, ...json.frec_agency_list];
  };
  assert.deepEqual(await listed("stranger"), []);
  assert.deepEqual(await listed("treasury-reader"), [treasury]);
  assert.deepEqual(await listed("defense-fabs"), [defense]);
  assert.deepEqual(await listed("administrator", "?perm_level=submitter&perm_type=fabs"), [
    treasury,
    defense,
    labor,
  ]);
  // Each level and type, for a user who has all five permissions, each on an agency of its own.
  const codes = ["001", "002", "003", "004", "005"];
  for (const [i, code] of codes.entries()) {
    await db.sql`INSERT INTO cgac (cgac_id, cgac_code) VALUES (${i + 100}, ${code})`;
  }
  users["everything"] = {
    ...{ userId: "9", name: "everything", isAdministrator: false },
    affiliations: (["reader", "writer", "submitter", "editfabs", "fabs"] as const)
      .map((permission, i) => ({ agencyCode: codes[i]!, permission })),
  };
  for (
    const [query, expected] of [
      ["", "001 002 003 004 005"],
      ["?perm_level=&perm_type=", "001 002 003 004 005"],
      ["?perm_level=reader&perm_type=mixed", "001 002 003 004 005"],
      ["?perm_level=writer", "002 003 004 005"],
      ["?perm_level=submitter", "003 005"],
      ["?perm_type=dabs", "001 002 003"],
      ["?perm_type=fabs", "004 005"],
      ["?perm_level=writer&perm_type=dabs", "002 003"],
      ["?perm_level=submitter&perm_type=dabs", "003"],
      ["?perm_level=submitter&perm_type=fabs", "005"],
    ] as const
  ) {
    const found = (await listed("everything", query)).map(({ cgac_code }) => cgac_code).join(" ");
    assert.equal(found, expected, query);
  }
  for (const query of ["?perm_level=owner", "?perm_type=d1", "?perm_level=Reader"]) {
    const { status, json } = await app.send("GET", `/v1/list_agencies/${query}`, { as: "everything" });
    assert.deepEqual([status, json.code], [400, "invalid_request"]);
  }
});

Deno.test("all CGACs, and the FRECs that submit as FREC, are listed for anybody", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  await db.sql`INSERT INTO frec (frec_code, agency_name, cgac_id, is_frec)
    VALUES ('2000', 'Treasury', 1, false), ('1125', 'Peace Corps', 1, true)`;
  const { json } = await app.send("GET", "/v1/list_all_agencies", { as: null });
  assert.deepEqual(json, {
    agency_list: [treasury, defense],
    // Of 1601 no list of agency codes has said anything.
    shared_agency_list: [{ agency_name: "Peace Corps", frec_code: "1125" }, labor],
  });
});
