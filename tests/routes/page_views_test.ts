/**
 * Every page that has to be signed in for, as it is looked at by whoever sees little, or otherwise than
 * others.
 */
import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { browserIsThere } from "../helpers/browser.ts";
import { cFile } from "../helpers/c_file.ts";
import { addAgencies } from "../helpers/generations.ts";
import { NARROW, openPage } from "../helpers/page.ts";

const WIDE = { width: 1000, height: 740, deviceScaleFactor: 1, mobile: false };
const DAYS = { start: "2016-01-01", end: "2016-03-31" };

/** Contracts with amounts of either sign, by months and by sub-tier agencies, some without one. */
async function addAmounts(sql: Sql): Promise<void> {
  await addAgencies(sql);
  await sql`
    INSERT INTO detached_award_procurement (detached_award_proc_unique, piid, awarding_agency_code, action_date,
      federal_action_obligation, awarding_sub_tier_agency_c, awarding_sub_tier_agency_n)
    SELECT 'CONT_' || n, 'P' || n, '020', date '2016-01-01' + n * 3, n * 1000 - 9000, nullif('203' || n % 4, '2030'),
      'Bureau of a long name, number ' || n % 4
    FROM generate_series(1, 29) AS n`;
}

/** What in the page is not to be seen on the colours that are forced: bars, and where the focus is. */
const UNSEEN = `(() => {
  const canvas = getComputedStyle(document.body).backgroundColor;
  const bars = [...document.querySelectorAll("main rect")].filter((bar) =>
    bar.height.baseVal.value > 0 && bar.width.baseVal.value > 0 && bar.checkVisibility());
  const stops = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
    .filter((stop) => stop.checkVisibility());
  const isFocusSeen = (stop) => {
    stop.focus({ focusVisible: true });
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(stop);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && outlineColor !== canvas;
  };
  return {
    bars: bars.length,
    unseen: [...bars.filter((bar) => getComputedStyle(bar).fill === canvas), ...stops.filter((stop) => !isFocusSeen(stop))]
      .map(({ outerHTML }) => outerHTML.slice(0, 200)),
  };
})()`;

Deno.test({
  name:
    "every page is fine by axe, light and dark, at 360 pixels, with text of twice the size, and in forced colours (needs Chromium)",
  ignore: !browserIsThere(),
  fn: async () => {
    await using page = await openPage({ fill: addAmounts });
    const { browser, service, token } = page;
    await service.worker();
    const send = async (path: string, body: string | FormData) => {
      const headers = {
        Authorization: `Bearer ${token}`,
        Prefer: "wait=30",
        ...(typeof body === "string" && { "Content-Type": "application/json" }),
      };
      const response = await fetch(service.api.url + path, { method: "POST", headers, body });
      const { status, job_id } = await response.json();
      assert.equal(status, "finished");
      return `/jobs/${job_id}`;
    };
    const request = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
    const form = new FormData();
    const fields = { kind: "C", ...request };
    for (const [name, value] of Object.entries(fields)) if (name !== "file_type") form.set(name, value);
    const record = { agency_identifier: "020", piid: "P1", transaction_obligated_amou: "-4" };
    form.set("file", new File([cFile([record, { ...record, piid: "Q" }])], "mine.csv"));
    const pages: [address: string, bars: number][] = [
      [`/?${new URLSearchParams({ ...request, agency: "020", ...DAYS, records: "first" })}`, 3],
      [await send("/v1/generate_detached_file/", JSON.stringify(request)), 7],
      [await send("/v1/reconciliations/", form), 3],
      ["/reconcile?kind=C", 0],
      ["/reconcile?kind=A", 0],
      ["/my-files", 0],
    ];
    await page.signIn();
    await browser.send("Emulation.setFocusEmulationEnabled", { enabled: true });
    for (const [address, least] of pages) {
      await browser.open(service.api.url + address);
      await page.assertIsFine();
      await browser.send("Emulation.setEmulatedMedia", {
        features: [{ name: "forced-colors", value: "active" }],
      });
      // Bars in rows stand where there is room for them.
      await browser.send("Emulation.setDeviceMetricsOverride", { ...WIDE });
      const { bars, unseen } = await browser.evaluate<{ bars: number; unseen: string[] }>(UNSEEN);
      assert.deepEqual(unseen, [], address);
      assert.ok(bars >= least, `${bars} bars on ${address}`);
      await browser.send("Emulation.setDeviceMetricsOverride", { ...WIDE, width: NARROW });
    }
  },
});
