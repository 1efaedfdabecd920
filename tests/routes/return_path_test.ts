/** Where signing in leads back to, by whichever page, form or address it was come to. */
import assert from "node:assert/strict";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";

/** Any origin, to read an address that has none. */
const SITE = "https://files.example";

Deno.test("signing in leads back to the page that one came for, and never to another site", async (t) => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await using app = await testApp(db);
  const send = (path: string, fields?: Record<string, string> | FormData, cookie = "") =>
    app.app.request(path, {
      headers: { "Sec-Fetch-Site": "same-origin", Accept: "text/html", ...(cookie && { Cookie: cookie }) },
      ...(fields && {
        method: "POST",
        body: fields instanceof FormData ? fields : new URLSearchParams(fields),
      }),
    });
  const signIn = (to: string) => send("/sign-in", { token: "treasury-reader", to });

  const upload = new FormData();
  for (const [name, value] of Object.entries({ kind: "A", agency: "020", year: "2021", period: "6" })) {
    upload.set(name, value);
  }
  upload.set("file", new File(["TAS\n"], "mine.csv"));
  const form = { file_type: "D1", agency: "020", start: "01/01/2016", end: "2016-03-31" };
  const cases: [path: string, fields: Record<string, string> | FormData | undefined, to: string][] = [
    ["/my-files?state=finished", undefined, "/my-files?state=finished"],
    ["/reconcile?kind=A", undefined, "/reconcile?kind=A"],
    ["/jobs/7", undefined, "/jobs/7"],
    ["/jobs/of-file/7", undefined, "/jobs/of-file/7"],
    ["/jobs/7/download", undefined, "/jobs/7"],
    ["/jobs/7/cancel", {}, "/jobs/7"],
    ["/jobs/7/again", { since: "7" }, "/jobs/7"],
    ["/request", form, "/?file_type=D1&agency=020&start=2016-01-01&end=2016-03-31"],
    ["/reconcile", upload, "/reconcile?agency=020&agency_type=awarding&year=2021&period=6&kind=A"],
  ];
  for (const [path, fields, to] of cases) {
    await t.step(`${fields ? "POST" : "GET"} ${path}`, async () => {
      const asked = await send(path, fields, "session=ended");
      assert.equal(asked.status, 303);
      const location = asked.headers.get("Location")!;
      assert.equal(new URL(location, SITE).searchParams.get("to"), to);
      const html = await (await send(location)).text();
      const hidden = /name="to" value="([^"]*)"/.exec(html)![1]!.replaceAll("&amp;", "&");
      assert.equal((await signIn(hidden)).headers.get("Location"), to);
    });
  }

  await t.step("a form that is opened by its address is still filled after signing in", async () => {
    const html = await (await send("/?file_type=A&agency=020&year=2017&period=6")).text();
    assert.match(html, /name="to" value="\/\?file_type=A&amp;agency=020&amp;year=2017&amp;period=6"/);
  });

  await t.step("a token that is wrong at first does not lose the way back", async () => {
    const refused = await send("/sign-in", { token: "nonsense", to: "/jobs/7" });
    assert.equal(refused.status, 401);
    assert.match(await refused.text(), /name="to" value="\/jobs\/7"/);
  });

  await t.step("what leads elsewhere leads to the form", async () => {
    const elsewhere = [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "/.//evil.example",
      "/a/..//evil.example",
      "/%2e//evil.example",
      "javascript:alert(1)",
      "evil.example",
      " /my-files",
      "/sign-in?to=/sign-in",
      "/sign-out",
      "/signed-out",
      "",
    ];
    for (const to of elsewhere) {
      assert.equal((await signIn(to)).headers.get("Location"), "/", JSON.stringify(to));
      const known = await send(
        `/sign-in?${new URLSearchParams({ to })}`,
        undefined,
        "session=treasury-reader",
      );
      assert.equal(known.headers.get("Location"), "/", JSON.stringify(to));
    }
    const long = `/my-files?${"x".repeat(3000)}`;
    assert.equal((await signIn(long)).headers.get("Location"), "/my-files");
  });
});
