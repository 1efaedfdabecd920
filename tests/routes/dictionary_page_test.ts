/** The pages for whoever reads files and writes programs: the dictionary, and the page about the API. */
import assert from "node:assert/strict";
import { fileTypes } from "../../lib/files/registry.ts";
import { testApp } from "../helpers/app.ts";
import { browserIsThere } from "../helpers/browser.ts";
import { testDatabase } from "../helpers/database.ts";
import { openPage } from "../helpers/page.ts";

Deno.test("the dictionary and the columns by file type need no signing in", async (t) => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const get = (path: string) => app.send("GET", path, { as: null });

  await t.step("every column is in the page, and a search shows those with all of its words", async () => {
    const shown = async (query: string) => {
      const { status, text } = await get(`/dictionary${query}`);
      assert.equal(status, 200);
      const rows = [
        ...text.matchAll(/<tr data-file="(\w+)"[^>]*?( hidden="")?><th scope="row">(.*?)<\/th>/g),
      ];
      return rows.filter(([, , hidden]) => hidden === undefined).map(([, file, , header]) =>
        `${file} ${header!.replaceAll("<wbr/>", "")}`
      );
    };
    const all = fileTypes.flatMap(({ columns = [] }) => columns);
    assert.equal((await shown("")).length, all.length);
    assert.equal((await shown("?file_type=BOC")).length, 20);
    assert.deepEqual(await shown("?q=dollars+OBLIGATED"), ["D1 TotalDollarsObligated"]);
    assert.deepEqual(await shown("?q=3CT"), ["D1 TotalDollarsObligated"]);
    assert.deepEqual(await shown("?file_type=A&q=1910"), ["A TotalBudgetaryResources_CPE"]);
    assert.deepEqual(await shown("?q=%3Cb%3Enothing"), []);
    assert.doesNotMatch((await get("/dictionary?q=%3Cb%3Enothing")).text, /<b>/);
    assert.equal((await shown("?file_type=nonsense&q=")).length, all.length);
    assert.equal((await shown("?file_type=A&file_type=D1&q=a&q=b")).length, all.length);
  });

  await t.step("the columns as JSON, with what each is", async () => {
    const { status, json, headers } = await get("/v1/columns/D1/");
    assert.equal(status, 200);
    assert.ok(headers.get("ETag"));
    assert.equal(json.columns.length, 267);
    assert.deepEqual(json.columns[9], {
      position: 10,
      header: "FederalActionObligation",
      numbered_header: "FederalActionObligation (3C)",
      element_number: "3C",
      type: "number",
      source: "detached_award_procurement.federal_action_obligation",
      is_computed: false,
      written: "a decimal number with a point, as Postgres prints it, with all its places",
    });
  });

  await t.step("the Table Schema is of the file as it is asked for", async () => {
    const schema = async (query: string) => (await get(`/v1/columns/${query}`)).json;
    const plain = await schema("D1?format=table-schema");
    assert.deepEqual(plain.missingValues, [""]);
    assert.deepEqual([plain.dialect.delimiter, plain.fields[2].name], [",", "PIID"]);
    const piped = await schema("D1?format=table-schema&file_format=txt&element_numbers=yes");
    assert.deepEqual([piped.dialect.delimiter, piped.fields[2].name], ["|", "PIID (1A)"]);
    const boc = await schema("BOC?format=table-schema&file_format=txt&element_numbers=true");
    assert.deepEqual([boc.dialect.delimiter, boc.fields[0].name], [",", "TAS"]);
  });

  await t.step("what there isn't is refused", async () => {
    const unknown = await get("/v1/columns/d1");
    assert.deepEqual([unknown.status, unknown.json.code], [404, "file_type_unknown"]);
    assert.match(unknown.json.message, /"d1"; there are D1, D2, A, BOC\./);
    assert.equal((await get("/v1/columns/D1?format=xml")).status, 400);
    assert.equal((await app.send("POST", "/v1/columns/D1", { as: null })).status, 405);
  });
});

Deno.test({
  name: "the dictionary is searched as one types, and /docs has tabs, on a small screen (needs Chromium)",
  ignore: !browserIsThere(),
  fn: async () => {
    await using page = await openPage();
    const { browser, service } = page;
    await browser.open(`${service.api.url}/dictionary?file_type=D1`);
    await browser.expect(`document.getElementById("found").textContent === "267 columns."`);
    await page.tabTo("q");
    await browser.type("small disadv");
    await browser.expect(`document.getElementById("found").textContent === "5 columns."`);
    const shown =
      `[...document.querySelectorAll("#columns tbody tr")].filter((row) => row.checkVisibility()).length`;
    assert.equal(await browser.evaluate(shown), 5);
    await browser.expect(`location.search === "?file_type=D1&q=small+disadv"`);
    await page.assertIsFine();

    await browser.open(`${service.api.url}/docs`);
    const seen = (language: string) =>
      `[...document.querySelectorAll('[data-language="${language}"]')].every((way) => way.checkVisibility())`;
    await browser.expect(`${seen("curl")} && !${seen("Python")}`);
    await page.tabTo("way-0-0-tab");
    await browser.press("ArrowRight");
    await browser.expect(`${seen("Python")} && !${seen("curl")}`);
    await page.assertIsFine();
    await browser.send("Emulation.setScriptExecutionDisabled", { value: true });
    await browser.open(`${service.api.url}/docs`);
    await browser.expect(`${seen("Python")} && ${seen("curl")}`);
  },
});
