/**
 * Signing in at an OpenID Connect issuer, in a browser and without one, against the certified
 * `oidc-provider`.
 */
import assert from "node:assert/strict";
import { cRecord, uploadForm, uploadText } from "../helpers/file_c.ts";
import { OidcIssuer } from "../../lib/auth/oidc.ts";
import { openSignInProvider, type SignInProvider } from "../../lib/auth/sign_in_provider.ts";
import { setDisabled } from "../../lib/auth/users.ts";
import { settings } from "../../lib/config.ts";
import { lookAtIssuer } from "../../lib/doctor/issuer.ts";
import { freePort } from "../helpers/free_port.ts";
import { type TestApp, testApp } from "../helpers/app.ts";
import { browserIsThere } from "../helpers/browser.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";
import { AUDIENCE, newKey, startIssuer } from "../helpers/issuer.ts";
import { visitIssuer } from "../helpers/issuer_visitor.ts";
import { openPage } from "../helpers/page.ts";
import { visible } from "../helpers/visible_text.ts";

const CLIENT_ID = "files-page";

Deno.test({
  name:
    "the page: signing in at the issuer leads back to where one was, also from a form that was filled in " +
    "(needs Chromium)",
  ignore: !browserIsThere(),
}, async () => {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  await using issuer = await startIssuer({
    keys: [await newKey("one")],
    site: {
      clientId: CLIENT_ID,
      redirectUri: `${url}/sign-in/callback`,
      people: { alice: { agencies: ["020"] } },
    },
  });
  await using page = await openPage({
    fill: addAgencies,
    env: {
      PORT: String(port),
      PUBLIC_URL: url,
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_AGENCY_CLAIM: "agencies",
      OIDC_CLIENT_ID: CLIENT_ID,
    },
  });
  const { browser } = page;
  // The issuer's pages want a font from elsewhere.
  await browser.send("Network.enable");
  await browser.send("Network.setBlockedURLs", { urls: ["*fonts.googleapis.com*"] });
  const press = (selector: string) => browser.evaluate(`document.querySelector("${selector}").click()`);
  const heading = (text: string) => browser.expect(`document.querySelector("h1")?.textContent === "${text}"`);
  const address = () => browser.evaluate<string>("location.pathname + location.search");

  // One button, found first by the keyboard; a token is still possible.
  await browser.open(`${url}/my-files?state=finished`);
  await heading("Sign in");
  await page.assertIsFine();
  await page.tabTo("sign-in");
  await browser.press("Enter");
  await browser.expect(`document.querySelector("[name=login]") !== null`);
  // Declined there at first: a sentence, and the same way on.
  await press("a[href$=abort]");
  await browser.expect(
    `/has refused it, or you have/.test(document.querySelector("[role=alert]")?.textContent)`,
  );
  await press("#sign-in");
  await browser.expect(`document.querySelector("[name=login]") !== null`);
  await browser.evaluate(`document.querySelector("[name=login]").value = "alice"`);
  await browser.evaluate(`document.querySelector("[name=password]").value = "any"`);
  await press("[type=submit]");
  await browser.expect(`document.querySelector("[name=prompt]")?.value === "consent"`);
  await press("[type=submit]");
  await heading("My files");
  assert.equal(await address(), "/my-files?state=finished");
  assert.equal(
    await browser.evaluate(`document.querySelector(".who span").textContent`),
    `alice (${new URL(issuer.url).host})`,
  );
  assert.equal(await browser.evaluate("document.cookie"), "");

  // The session ends while a form is filled in; its only agency is the one that the issuer has said.
  await browser.open(`${url}/`);
  await heading("Ask for a file");
  assert.match(await browser.evaluate(`document.getElementById("agency").value`), /^020 – /);
  await browser.send("Network.deleteCookies", { name: "session", url });
  await browser.evaluate(`(() => {
    document.getElementById("start").value = "2016-01-01";
    document.getElementById("end").value = "2016-03-31";
    document.getElementById("request").requestSubmit();
  })()`);
  await heading("Sign in");
  await press("#sign-in");
  await heading("Ask for a file");
  assert.deepEqual(
    await browser.evaluate(`["start", "end"].map((id) => document.getElementById(id).value)`),
    ["2016-01-01", "2016-03-31"],
  );

  await press(".who button");
  await heading("You have signed out");
  await page.assertIsFine();
  assert.match(
    await browser.evaluate<string>(`document.querySelector("main .button").href`),
    /\/session\/end\?client_id=files-page$/,
  );
  await browser.open(`${url}/my-files`);
  await heading("Sign in");
  assert.match(page.service.api.log(), /"path":"\/sign-in\/callback","status":303/);
  assert.doesNotMatch(page.service.api.log(), /code=|state=|session=/);
});

/** The page of an app without a server, in a browser without one. */
function pageOf({ app }: TestApp) {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async get(path: string, headers: Record<string, string> = {}, form?: FormData) {
      const Cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
      const response = await app.request(path, {
        headers: { Accept: "text/html", Cookie, ...headers },
        ...(form && { method: "POST", body: form }),
      });
      const set = response.headers.getSetCookie();
      for (const cookie of set) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
        if (/Max-Age=0/.test(cookie)) cookies.delete(name!);
        else cookies.set(name!, value!);
      }
      const html = await response.text();
      const { status } = response;
      return { status, to: response.headers.get("Location"), html, text: visible(html), set };
    },
  };
}

const SITE = "https://files.example";
const SESSION = "__Host-session";

Deno.test("signing in at an issuer", async (t) => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const redirectUri = `${SITE}/sign-in/callback`;
  const people = { bob: { agencies: ["097:fabs", "020"] }, carol: { agencies: [] } };
  await using issuer = await startIssuer({
    keys: [await newKey("one")],
    site: { clientId: CLIENT_ID, clientSecret: "a-client's own & secret", redirectUri, people },
  });
  const providerOf = (more: Record<string, string> = {}): SignInProvider => {
    const config = settings.parse({
      PUBLIC_URL: SITE,
      URL_SIGNING_SECRET: "s".repeat(32),
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_CLIENT_SECRET: "a-client's own & secret",
      ...more,
    });
    const { OIDC_AGENCY_CLAIM: agencyClaim = "agencies" } = config;
    const oidc = new OidcIssuer({ issuer: issuer.url, audience: AUDIENCE, agencyClaim });
    return openSignInProvider(config, oidc, db.sql)!;
  };
  await using app = await testApp(db, { provider: providerOf(), publicUrl: SITE });
  const refusals = async () =>
    (await db.sql`SELECT count(*)::integer AS n FROM audit_event WHERE action = 'sign_in_refused'`)[0]!["n"];

  /** A sign-in as far as the issuer leads back; `path` is then to be asked for. */
  const ledBack = async (to: string, name = "bob") => {
    const page = pageOf(app);
    const begun = await page.get(`/sign-in/provider?${new URLSearchParams({ to })}`);
    assert.equal(begun.status, 303, begun.text);
    const { pathname, search, searchParams } = await visitIssuer(
      begun.to!,
      name === "declines" ? "declines" : { name },
    );
    return { page, begun, path: pathname + search, searchParams };
  };

  await t.step("asks for a code by PKCE, and leaves nothing readable in the browser", async () => {
    const { begun, page, path } = await ledBack("/my-files");
    const asked = new URL(begun.to!).searchParams;
    assert.deepEqual(
      [asked.get("response_type"), asked.get("code_challenge_method"), asked.get("redirect_uri")],
      ["code", "S256", redirectUri],
    );
    const [cookie] = begun.set;
    assert.match(cookie!, /^__Host-sign-in-.*; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const signedIn = await page.get(path);
    assert.deepEqual([signedIn.status, signedIn.to], [303, "/my-files"]);
    const session = signedIn.set.find((cookie) => cookie.startsWith(SESSION))!;
    assert.match(session, /; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    assert.deepEqual([...page.cookies.keys()], [SESSION]);
    assert.ok(!page.cookies.get(SESSION)!.includes("bob"));
    assert.match((await page.get("/my-files")).html, /<span>bob \(127\.0\.0\.1:\d+\)<\/span>/);
    const [user] = await db.sql`SELECT name FROM app_user WHERE oidc_subject = 'bob'`;
    assert.equal(user!["name"], `${issuer.url}#bob`);
  });

  await t.step("the doctor sees the issuer, and what it lacks", async () => {
    const seen = async (OIDC_ISSUER: string) =>
      (await lookAtIssuer({ OIDC_ISSUER, OIDC_CLIENT_ID: CLIENT_ID, PUBLIC_URL: SITE }))!;
    assert.deepEqual((await seen(issuer.url)).map(({ health }) => health), ["well", "well"]);
    const [other] = await seen(issuer.url.replace("127.0.0.1", "localhost"));
    assert.match(other!.found, /the discovery document is of http:\/\/127/);
    assert.equal(await lookAtIssuer({}), undefined);
  });

  await t.step("gives the agencies that the issuer says, and no others", async () => {
    const { page, path } = await ledBack("/");
    await page.get(path);
    assert.match((await page.get("/reconcile")).html, /value="020 .*value="097 /s);
    const form = uploadForm(uploadText("C-DIFF", [cRecord()]), {
      kind: "C",
      agency: "020",
      start: "2021-01-01",
      end: "2021-01-31",
      agency_type: "awarding",
    });
    const sent = await page.get("/reconcile", { "Sec-Fetch-Site": "same-origin" }, form);
    assert.deepEqual([sent.status, sent.to?.replace(/\d+/, "N")], [303, "/jobs/N"], sent.text);
    const other = await ledBack("/", "carol");
    await other.page.get(other.path);
    assert.doesNotMatch((await other.page.get("/reconcile")).html, /value="0(20|97)"/);
  });

  await t.step("a session is no credential of the API, and ends when the user is disabled", async () => {
    const { page, path } = await ledBack("/");
    await page.get(path);
    const session = page.cookies.get(SESSION)!;
    assert.equal((await app.send("GET", "/v1/list_agencies/", { as: session })).status, 401);
    const [user] = await db.sql`SELECT app_user_id::text AS id FROM app_user WHERE oidc_subject = 'bob'`;
    await setDisabled(db.sql, user!["id"], true);
    assert.equal((await page.get("/my-files")).to, "/sign-in?to=%2Fmy-files");
    const again = await ledBack("/");
    const refused = await again.page.get(again.path);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /Your account may not sign in here/);
    await setDisabled(db.sql, user!["id"], false);
  });

  await t.step(
    "a session of other settings or secrets is none; of the previous secret it is one",
    async () => {
      const { page, path } = await ledBack("/");
      await page.get(path);
      const session = page.cookies.get(SESSION)!;
      const knows = async (more: Record<string, string>) =>
        await providerOf(more).userOf(session) !== undefined;
      const other = "t".repeat(32);
      assert.equal(await knows({ URL_SIGNING_SECRET: other }), false);
      assert.equal(
        await knows({ URL_SIGNING_SECRET: other, URL_SIGNING_SECRET_PREVIOUS: "s".repeat(32) }),
        true,
      );
      assert.equal(await knows({ OIDC_AGENCY_CLAIM: "groups" }), false);
      assert.equal(await knows({ OIDC_CLIENT_ID: "other" }), false);
    },
  );

  await t.step("whatever is not the response to what was begun here is a page with a way on", async () => {
    const earlier = await ledBack("/");
    await earlier.page.get(earlier.path);
    const session = earlier.page.cookies.get(SESSION)!;
    const { page, path, begun } = await ledBack("/my-files");
    const [name, kept] = [...page.cookies].find(([name]) => name.startsWith("__Host-sign-in-"))!;
    const state = new URL(begun.to!).searchParams.get("state")!;
    const before = await refusals();
    const changed = (parameter: string, value: string) => {
      const url = new URL(path, SITE);
      url.searchParams.set(parameter, value);
      return url.pathname + url.search;
    };
    const middle = kept.length / 2 | 0;
    const tampered = kept.slice(0, middle) + (kept[middle] === "A" ? "B" : "A") + kept.slice(middle + 1);
    const cookie = (value: string) => `${name}=${value}`;
    const bad: Record<string, [path: string, cookie: string]> = {
      "another browser": [path, ""],
      "another state": [changed("state", "x".repeat(43)), cookie(kept)],
      "another state, and its cookie": [
        changed("state", "x".repeat(43)),
        `__Host-sign-in-${"x".repeat(43)}=${kept}`,
      ],
      "a changed cookie": [path, cookie(tampered)],
      "a session for a sign-in": [path, cookie(session)],
      "another issuer": [changed("iss", "https://other.example"), cookie(kept)],
      "no issuer": [path.replace(/&iss=[^&]*/, ""), cookie(kept)],
      "another code": [changed("code", "x".repeat(43)), cookie(kept)],
      "a made-up error": [`/sign-in/callback?error=%3Cb%3Ex&state=${state}`, ""],
    };
    for (const [what, [path, Cookie]] of Object.entries(bad)) {
      const refused = await pageOf(app).get(path, { Cookie });
      assert.equal(refused.status, 400, what);
      assert.match(refused.text, /this sign-in was not begun in this browser, .* Begin again\./, what);
      assert.match(refused.html, /<a id="sign-in" class="button"/, what);
      assert.ok(!refused.set.some((cookie) => cookie.startsWith(SESSION)), what);
    }
    assert.equal(await refusals(), before + Object.keys(bad).length);
    assert.equal((await page.get(path)).status, 303, "nothing of it has spent the real one");
  });

  await t.step("a code is good once, also where the browser still has what it had kept", async () => {
    const { page, path } = await ledBack("/my-files");
    const cookies = [...page.cookies].map((pair) => pair.join("=")).join("; ");
    assert.equal((await page.get(path)).status, 303);
    const replayed = await pageOf(app).get(path, { Cookie: cookies });
    assert.equal(replayed.status, 400);
    assert.match(replayed.text, /has been used already/);
    assert.equal((await page.get(path)).status, 400);
  });

  await t.step(
    "what was declined at the issuer is a sentence with a way on, back to the same page",
    async () => {
      const { page, path } = await ledBack("/jobs/7", "declines");
      const declined = await page.get(path);
      assert.equal(declined.status, 403);
      assert.match(declined.text, /your sign-in provider has refused it, or you have/);
      assert.match(declined.html, new RegExp(`href="${SITE}/sign-in/provider\\?to=%2Fjobs%2F7"`));
    },
  );

  await t.step("more windows than one can sign in at a time, and those given up do not pile up", async () => {
    const page = pageOf(app);
    for (let i = 0; i < 12; i++) await page.get("/sign-in/provider");
    assert.ok(page.cookies.size <= 4, `${page.cookies.size} cookies`);
    assert.ok(page.cookies.size > 1);
  });

  await t.step(
    "an issuer that is away is a sentence with a way on, before and after it was asked",
    async () => {
      const { page, path } = await ledBack("/my-files");
      await issuer.stop();
      const [gone] = (await lookAtIssuer({ OIDC_ISSUER: issuer.url }))!;
      assert.equal(gone!.health, "wrong");
      const away = await page.get(path);
      assert.equal(away.status, 503);
      assert.match(away.text, /Your sign-in provider cannot be reached just now/);
      assert.match(away.html, /\/sign-in\/provider\?to=%2Fmy-files/);
      await using fresh = await testApp(db, { provider: providerOf(), publicUrl: SITE });
      const first = await pageOf(fresh).get("/sign-in/provider?to=/my-files");
      assert.equal(first.status, 503);
      assert.match(first.html, /\/sign-in\/provider\?to=%2Fmy-files/);
      assert.match(first.html, /name="token"/);
    },
  );
});
