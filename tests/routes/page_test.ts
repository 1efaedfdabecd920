import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createToken, revokeToken } from "../../lib/auth/tokens.ts";
import { ensureUser, grant } from "../../lib/auth/users.ts";
import { type Browser, browserIsThere, startBrowser } from "../helpers/browser.ts";
import { addContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { type Service, startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const axe = await Deno.readTextFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url)).catch(
  () => "",
);

/** What axe finds wrong with the page as it is, in both colour schemes. */
async function violations(browser: Browser): Promise<string[]> {
  const found: string[] = [];
  for (const value of ["light", "dark"]) {
    await browser.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
    await browser.evaluate(axe);
    found.push(
      ...await browser.evaluate<string[]>(
        `axe.run().then(({ violations }) => violations.map((v) => "${value}: " + v.id + " " + v.nodes.map((n) => n.html).join(" | ")))`,
      ),
    );
  }
  return found;
}

const isNarrow = (browser: Browser) =>
  browser.evaluate<boolean>("document.documentElement.scrollWidth <= 360");

/** A user of the Treasury, with a token. */
const treasuryUser = (service: Service, name: string) =>
  service.sql.begin(async (tx) => {
    const { userId } = await ensureUser(tx, name);
    await grant(tx, userId, [{ agencyCode: "020", permission: "reader" }]);
    return await createToken(tx, userId);
  });

Deno.test(
  "the page: from signing in to the downloaded file, by keyboard, at 360 pixels, without a violation of axe",
  {
    ignore: !browserIsThere(),
  },
  async (t) => {
    await using service = await startService();
    await addAgencies(service.sql);
    await service
      .sql`UPDATE cgac SET agency_name = 'Department of <b>the</b> "Treasury" & others' WHERE cgac_code = '020'`;
    await addContracts(service.sql, 3000);
    const { token, tokenId } = await treasuryUser(service, "ann");
    await using browser = await startBrowser();
    await browser.send("Emulation.setDeviceMetricsOverride", {
      width: 360,
      height: 740,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const focused = () =>
      browser.evaluate<string>("document.activeElement.id || document.activeElement.textContent");
    const tabTo = async (id: string) => {
      for (let i = 0; i < 40; i++) {
        if (await focused() === id) return;
        await browser.press("Tab");
      }
      throw new Error(`the keyboard does not lead to ${id}`);
    };
    const fine = async () => {
      assert.deepEqual(await violations(browser), []);
      assert.ok(await isNarrow(browser), "the page is wider than 360 pixels");
    };

    await t.step("a token that is not valid is said beside the field", async () => {
      await browser.open(service.api.url);
      await fine();
      await tabTo("token");
      await browser.type("detached_nonsense");
      await browser.press("Enter");
      await browser.expect(`document.getElementById("token-error")?.textContent.includes("not valid")`);
      await fine();
    });

    await t.step("a valid one signs in, and is nowhere that a script could read it", async () => {
      await tabTo("token");
      await browser.type(token);
      await browser.press("Enter");
      await browser.expect(`document.querySelector("h1")?.textContent === "Ask for a file"`);
      assert.equal(await browser.evaluate("document.cookie"), "");
      assert.ok(!(await browser.evaluate<string>("document.documentElement.outerHTML")).includes(token));
      await fine();
    });

    await t.step("what is wrong is said beside each field, and what was typed stays", async () => {
      await tabTo("agency");
      await browser.type("999");
      await browser.press("Enter");
      await browser.expect(`document.getElementById("errors") !== null`);
      // The focus moves there a moment after the page is there.
      await browser.expect(`document.activeElement.id === "errors"`);
      const message = await browser.evaluate<string>(
        `document.getElementById(document.getElementById("start").getAttribute("aria-describedby")).textContent`,
      );
      assert.match(message, /start is missing/);
      assert.equal(await browser.evaluate(`document.getElementById("agency").value`), "999");
      await fine();
    });

    await t.step("an agency of others is refused in words", async () => {
      await browser.evaluate(`(() => {
      document.getElementById("agency").value = "097";
      document.getElementById("start").value = "2016-01-01";
      document.getElementById("end").value = "2016-03-31";
    })()`);
      await tabTo("agency");
      await browser.press("Enter");
      await browser.expect(`document.getElementById("agency-error")?.textContent.includes("097")`);
    });

    await t.step("the agencies are to be found by name and code, whatever is in their names", async () => {
      const listed = await browser.evaluate<string[]>(
        `[...document.querySelectorAll("#agencies option")].map((o) => o.value)`,
      );
      assert.deepEqual(listed, ['020 Department of <b>the</b> "Treasury" & others']);
      await browser.evaluate(
        `document.getElementById("agency").value = document.querySelector("#agencies option").value`,
      );
    });

    await t.step("only what matters for the chosen file is shown", async () => {
      const shown = () =>
        browser.evaluate<boolean[]>(
          `["start", "year"].map((id) => document.getElementById(id).checkVisibility())`,
        );
      assert.deepEqual(await shown(), [true, false]);
      await browser.evaluate(`document.getElementById("type-A").click()`);
      assert.deepEqual(await shown(), [false, true]);
      assert.match(await browser.evaluate(`document.getElementById("period").textContent`), /6 – March/);
      await fine();
      await browser.evaluate(`document.getElementById("type-D1").click()`);
    });

    await t.step("the estimate is there before the file is asked for", async () => {
      await browser.evaluate(`document.querySelector("[value=estimate]").focus()`);
      await browser.press("Space");
      await browser.expect(`document.querySelector(".estimate").textContent.includes("About")`);
      const [row] = await service.sql`SELECT count(*)::integer AS jobs FROM generation_job`;
      assert.equal(row!["jobs"], 0);
    });

    await t.step("the file is asked for, its progress watched, and it is downloaded whole", async () => {
      await tabTo("agency");
      await browser.press("Enter");
      await browser.expect(`document.getElementById("state")?.textContent.includes("waiting")`);
      await fine();
      await service.worker();
      await browser.expect(`document.getElementById("state")?.textContent === "finished"`, 20);
      await fine();
      await browser.evaluate(`document.querySelector(".button").focus()`);
      await browser.press("Enter");
      const name = await until("the file is downloaded", async () => {
        const names = (await Array.fromAsync(Deno.readDir(browser.downloads))).map(({ name }) => name);
        return names.find((name) => /^File-D1_20160101_20160331_awarding_\d+\.csv$/.test(name));
      });
      const { sha256 } = await service.status(1);
      const bytes = await Deno.readFile(`${browser.downloads}/${name}`);
      assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
    });

    await t.step(
      "the list has the file, and a page that is not the visitor's is refused in words",
      async () => {
        await browser.open(`${service.api.url}/`);
        await browser.expect(`document.querySelector("tbody th")?.textContent.includes("agency 020")`);
        await fine();
        await service.sql`UPDATE generation_job SET requested_by = 'somebody'`;
        await service.sql`UPDATE file_generation SET agency_code = '097'`;
        await browser.open(`${service.api.url}/jobs/1`);
        await browser.expect(
          `document.querySelector(".error")?.textContent.includes("You may not see job 1")`,
        );
        await fine();
      },
    );

    await t.step("a token that is revoked signs out at once", async () => {
      await revokeToken(service.sql, tokenId);
      await browser.open(`${service.api.url}/`);
      await browser.expect(`document.querySelector("h1")?.textContent === "Sign in"`);
    });

    await t.step("everything works without script, and a form of another site does nothing", async () => {
      const { token } = await treasuryUser(service, "bob");
      await browser.send("Emulation.setScriptExecutionDisabled", { value: true });
      await browser.open(`${service.api.url}/`);
      await tabTo("token");
      await browser.type(token);
      await browser.press("Enter");
      await browser.expect(`document.querySelector("h1")?.textContent === "Ask for a file"`);
      assert.ok(
        await browser.evaluate(`document.getElementById("year").checkVisibility()`),
        "nothing is hidden",
      );

      const cookie = `session=${token}`;
      const form = new URLSearchParams({ file_type: "A", agency: "020", year: "2016", period: "6" });
      const post = async (headers: Record<string, string>) => {
        const answer = await fetch(`${service.api.url}/request`, {
          method: "POST",
          body: form,
          redirect: "manual",
          headers: { Cookie: cookie, ...headers },
        });
        await answer.body?.cancel();
        return answer.status;
      };
      assert.equal(await post({ "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" }), 403);
      assert.equal(await post({ Origin: "https://evil.example" }), 403);
      assert.equal(await post({}), 403);
      assert.equal(await post({ "Sec-Fetch-Site": "same-origin" }), 303);
      const api = await fetch(`${service.api.url}/v1/list_agencies/`, { headers: { Cookie: cookie } });
      await api.body?.cancel();
      assert.equal(api.status, 401, "the API does not look at cookies");
    });
  },
);
