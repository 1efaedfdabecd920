import assert from "node:assert/strict";
import { createToken } from "../../lib/auth/tokens.ts";
import { ensureUser, grant } from "../../lib/auth/users.ts";
import type { Sql } from "../../lib/db.ts";
import { type Browser, startBrowser } from "./browser.ts";
import { addContracts } from "./contracts.ts";
import { addAgencies } from "./generations.ts";
import { type Service, startService } from "./service.ts";

/** The width of a small telephone, in pixels: what the page has to do with. */
export const NARROW = 360;
/** The size of a browser's text, in pixels, where its user has not chosen another. */
const TEXT = 16;

const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);

/** What makes the page wider than the screen, by its markup. */
const TOO_WIDE =
  `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
  .filter((part) => part.getBoundingClientRect().right > innerWidth && !part.closest(".scroll, pre"))
  .map(({ outerHTML }) => outerHTML.slice(0, 200))`;

/** The agency's name in `openPage`: what would be markup if it were not escaped. */
export const AWKWARD_NAME = 'Department of <b>the</b> "Treasury" & others';

/** The page in a browser, over a service of its own. */
export interface PageUnderTest extends AsyncDisposable {
  service: Service;
  browser: Browser;
  /** Of a user of the Treasury. */
  token: string;
  tokenId: string;
  /**
   * Goes back to where a visitor begins who is not signed in, with nobody's job in the service, and another
   * token for the same user.
   */
  startAnew(): Promise<void>;
  /** Presses the tabulator until an element has the focus. Throws where it never gets it. */
  tabTo(id: string): Promise<void>;
  /** Signs in, by keyboard. */
  signIn(): Promise<void>;
  /**
   * Refuses what axe finds wrong with the page as it is, in both colour schemes, and a page that is too wide,
   * also with text of twice the size.
   */
  assertIsFine(): Promise<void>;
}

/** A user of the Treasury, with a token. */
export const addTreasuryUser = (sql: Sql, name: string): Promise<{ token: string; tokenId: string }> =>
  sql.begin(async (tx) => {
    const { userId } = await ensureUser(tx, name);
    await grant(tx, userId, [{ agencyCode: "020", permission: "reader" }]);
    return await createToken(tx, userId);
  });

async function addAwkwardData(sql: Sql): Promise<void> {
  await addAgencies(sql);
  await sql`UPDATE cgac SET agency_name = ${AWKWARD_NAME} WHERE cgac_code = '020'`;
  await addContracts(sql, 3000);
}

/**
 * Opens the page as a visitor who is not signed in sees it, on a small screen.
 *
 * @param options `fill`: loads what is in the database; `env`: settings of the service
 */
export async function openPage(
  { fill = addAwkwardData, env = {} }: {
    fill?: (sql: Sql) => Promise<unknown>;
    env?: Record<string, string>;
  } = {},
): Promise<PageUnderTest> {
  await using resources = new AsyncDisposableStack();
  const service = resources.use(await startService(env));
  await fill(service.sql);
  const browser = resources.use(await startBrowser());
  await browser.send("Emulation.setDeviceMetricsOverride", {
    width: NARROW,
    height: 740,
    deviceScaleFactor: 1,
    mobile: false,
  });
  const tabTo = async (id: string) => {
    for (let i = 0; i < 40; i++) {
      if (await browser.evaluate<string>("document.activeElement.id") === id) return;
      await browser.press("Tab");
    }
    throw new Error(`the keyboard does not lead to ${id}`);
  };
  const owned = resources.move();
  const page: PageUnderTest = {
    service,
    browser,
    token: "",
    tokenId: "",
    async startAnew() {
      await service.sql`TRUNCATE generation_job, file_generation RESTART IDENTITY CASCADE`;
      await service.sql`DELETE FROM graphile_worker._private_jobs`;
      Object.assign(page, await addTreasuryUser(service.sql, "ann"));
      await browser.send("Emulation.setScriptExecutionDisabled", { value: false });
      await browser.send("Network.clearBrowserCookies");
      await browser.open(service.api.url);
    },
    tabTo,
    async signIn() {
      await tabTo("token");
      await browser.type(page.token);
      await browser.press("Enter");
      await browser.expect(`document.querySelector("h1")?.textContent === "Ask for a file"`);
    },
    async assertIsFine() {
      assert.deepEqual(await violations(browser), []);
      for (const standard of [2 * TEXT, TEXT]) {
        await browser.send("Page.setFontSizes", { fontSizes: { standard } });
        assert.deepEqual(await browser.evaluate(TOO_WIDE), [], `with text of ${standard} pixels`);
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  await page.startAnew();
  return page;
}

async function violations(browser: Browser): Promise<string[]> {
  const found: string[] = [];
  await browser.evaluate(`typeof axe === "object" || (() => {${await Deno.readTextFile(AXE)}\n})()`);
  // Nothing but colours differs between the two.
  for (const [value, rules] of [["light", "undefined"], ["dark", `{ runOnly: ["cat.color"] }`]]) {
    await browser.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
    found.push(
      ...await browser.evaluate<string[]>(
        `axe.run(${rules}).then(({ violations }) => violations.map((v) => "${value}: " + v.id + " " + v.nodes.map((n) => n.html).join(" | ")))`,
      ),
    );
  }
  return found;
}
