/** The page for people in a real browser: by keyboard, at 360 pixels, without a violation that axe finds. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { revokeToken } from "../../lib/auth/tokens.ts";
import { browserIsThere } from "../helpers/browser.ts";
import { addAgencies } from "../helpers/generations.ts";
import { addTreasuryUser, AWKWARD_NAME, openPage, type PageUnderTest } from "../helpers/page.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const ignore = !browserIsThere();

/** What is tried of the page, each from a visitor's first look at it on. */
const cases: [name: string, fn: (page: PageUnderTest, t: Deno.TestContext) => Promise<void>][] = [];
const test = (...of: typeof cases[number]) => void cases.push(of);

Deno.test({
  name: "the page, in a browser (needs Chromium)",
  ignore,
  fn: async (t) => {
    await using page = await openPage();
    for (const [name, fn] of cases) {
      await t.step(name, async (t) => {
        await page.startAnew();
        await fn(page, t);
      });
    }
  },
});

test("a token that is not valid is said beside the field", async ({ browser, tabTo, assertIsFine }) => {
  await assertIsFine();
  await tabTo("token");
  await browser.type("detached_nonsense");
  await browser.press("Enter");
  await browser.expect(`document.getElementById("token-error")?.textContent.includes("not valid")`);
  await assertIsFine();
});

test("a valid token signs in, is nowhere that a script could read it, and signs out when it is revoked", async (page) => {
  const { browser, service, token, tokenId } = page;
  await page.signIn();
  assert.equal(await browser.evaluate("document.cookie"), "");
  assert.ok(!(await browser.evaluate<string>("document.documentElement.outerHTML")).includes(token));
  await page.assertIsFine();

  await revokeToken(service.sql, tokenId);
  await browser.open(`${service.api.url}/`);
  await browser.expect(`document.querySelector("h1")?.textContent === "Sign in"`);
});

test("what is wrong with a request is said beside each field, and what was typed stays", async (page) => {
  const { browser, tabTo } = page;
  await page.signIn();
  await tabTo("agency");
  await browser.type("999");
  await browser.press("Enter");
  await browser.expect(`document.getElementById("errors") !== null`);
  // The focus moves there a moment after the page is there.
  await browser.expect(`document.activeElement.id === "errors"`);
  const message = await browser.evaluate<string>(
    `document.getElementById(document.getElementById("start").getAttribute("aria-describedby")).textContent`,
  );
  assert.equal(message, "Enter the first day");
  assert.equal(await browser.evaluate(`document.getElementById("agency").value`), "999");
  await page.assertIsFine();

  await browser.evaluate(`(() => {
    document.getElementById("agency").value = "097";
    document.getElementById("start").value = "2016-01-01";
    document.getElementById("end").value = "2016-03-31";
  })()`);
  await tabTo("agency");
  await browser.press("Enter");
  await browser.expect(`document.querySelector(".alert")?.textContent.includes("097")`);
});

test("the form shows what matters for the chosen file, and the agencies by name and code", async (page) => {
  const { browser } = page;
  await page.signIn();
  assert.equal(await browser.evaluate(`document.getElementById("agency").value`), `020 – ${AWKWARD_NAME}`);
  // By keyboard: a part of the name, down to the first that fits, taken.
  await page.tabTo("agency");
  await browser.type("treas");
  await browser.press("ArrowDown");
  await browser.expect(`document.getElementById("agency").getAttribute("aria-expanded") === "true"`);
  assert.equal(
    await browser.evaluate(
      `document.getElementById(document.getElementById("agency").getAttribute("aria-activedescendant")).textContent`,
    ),
    `020${AWKWARD_NAME}`,
  );
  await page.assertIsFine();
  await browser.press("Enter");
  assert.equal(await browser.evaluate(`document.getElementById("agency").value`), `020 – ${AWKWARD_NAME}`);

  // The script may run a moment after the page is there.
  const shows = (wanted: string, other: string) =>
    browser.expect(
      `document.getElementById("${wanted}").checkVisibility() && !document.getElementById("${other}").checkVisibility()`,
    );
  await shows("start", "period");
  await browser.evaluate(`document.getElementById("type-A").click()`);
  await shows("period", "start");
  assert.match(
    await browser.evaluate(`document.getElementById("period").textContent`),
    /FY 2017, period 6 – through March 2017/,
  );
  await page.assertIsFine();
});

test("a file is estimated, asked for, watched, downloaded whole, and then in the list", async (page) => {
  const { browser, service, tabTo } = page;
  await page.signIn();
  // As somebody does who fills the form in: what there is stands beside it at once.
  await browser.evaluate(`(() => {
    document.getElementById("start").value = "2016-01-01";
    document.getElementById("end").value = "2016-03-31";
    document.getElementById("end").dispatchEvent(new Event("change", { bubbles: true }));
  })()`);
  await browser.expect(`/Records\\s*3,000/.test(document.querySelector("#look .figures")?.textContent)`);
  await browser.expect(`/start=2016-01-01&end=2016-03-31/.test(location.search)`);
  await browser.evaluate(`document.querySelector("[value=records]").click()`);
  await browser.expect(`document.querySelectorAll("#records tbody tr").length === 20`);
  await page.assertIsFine();
  const [row] = await service.sql`SELECT count(*)::integer AS jobs FROM generation_job`;
  assert.equal(row!["jobs"], 0);

  await tabTo("agency");
  await browser.press("Enter");
  await browser.expect(`document.getElementById("state")?.textContent.includes("waiting")`);
  await page.assertIsFine();
  await using _worker = await service.worker();
  await browser.expect(`document.getElementById("state")?.textContent === "finished"`);
  await page.assertIsFine();
  await browser.evaluate(`document.querySelector(".button").focus()`);
  await browser.press("Enter");
  const name = await until("the file is downloaded", async () => {
    const names = (await Array.fromAsync(Deno.readDir(browser.downloads))).map(({ name }) => name);
    return names.find((name) => /^File-D1_20160101_20160331_awarding_\d+\.csv$/.test(name));
  });
  const { sha256 } = await service.status(1);
  const bytes = await Deno.readFile(`${browser.downloads}/${name}`);
  assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);

  await browser.open(`${service.api.url}/`);
  await browser.expect(
    `document.querySelector("tbody th[scope=row] a")?.textContent.includes("D1, 01/01/2016 to 03/31/2016")`,
  );
  await page.assertIsFine();
});

test("a job that is not the visitor's is refused in words", async (page) => {
  const { browser, service } = page;
  await page.signIn();
  await service.request({ file_type: "D1", cgac_code: "097", start: "01/01/2016", end: "03/31/2016" });
  await browser.open(`${service.api.url}/jobs/1`);
  await browser.expect(`document.querySelector(".error")?.textContent.includes("You may not see job 1")`);
  await page.assertIsFine();
});

test("everything works without script", async (page) => {
  const { browser, service } = page;
  await browser.send("Emulation.setScriptExecutionDisabled", { value: true });
  await browser.open(`${service.api.url}/`);
  await page.signIn();
  assert.ok(
    await browser.evaluate(`document.getElementById("period").checkVisibility()`),
    "nothing is hidden",
  );
});

Deno.test("the page: a form of another site does nothing, and the API does not look at cookies", async () => {
  await using service = await startService();
  await addAgencies(service.sql);
  const { token } = await addTreasuryUser(service.sql, "bob");
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(service.api.url + path, {
      redirect: "manual",
      ...init,
      headers: { Cookie: `session=${token}`, ...init.headers },
    });
    await response.body?.cancel();
    return response.status;
  };
  const body = new URLSearchParams({ file_type: "A", agency: "020", year: "2016", period: "6" });
  const post = (headers: Record<string, string>) => send("/request", { method: "POST", body, headers });
  assert.equal(await post({ "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" }), 403);
  assert.equal(await post({ Origin: "https://evil.example" }), 403);
  assert.equal(await post({}), 403);
  assert.equal(await post({ "Sec-Fetch-Site": "same-origin" }), 303);
  assert.equal(await send("/v1/list_agencies/"), 401);
});
