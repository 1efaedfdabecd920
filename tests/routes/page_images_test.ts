/** The images of the page that stand in the README, made of the page as it is. */
import { Buffer } from "node:buffer";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { browserIsThere } from "../helpers/browser.ts";
import { openPage } from "../helpers/page.ts";

const FOLDER = new URL("../../docs/images/", import.meta.url);
const ADDRESS = "/?file_type=D1&agency=020&start=2016-01-01&end=2016-09-30";

Deno.test({
  name: "the README's images are made of the page (UPDATE_GOLDEN=1 makes them, and needs Chromium)",
  ignore: Deno.env.get("UPDATE_GOLDEN") !== "1" || !browserIsThere(),
  fn: async () => {
    await using page = await openPage({ fill: loadSample });
    const { browser, service } = page;
    const shot = async (name: string, width: number, height: number, scheme: string) => {
      const size = { width, height, deviceScaleFactor: 1, mobile: false };
      await browser.send("Emulation.setDeviceMetricsOverride", size);
      await browser.send("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: scheme }],
      });
      const { data } = await browser.send<{ data: string }>("Page.captureScreenshot", { format: "png" });
      await Deno.mkdir(FOLDER, { recursive: true });
      await Deno.writeFile(new URL(`${name}.png`, FOLDER), Buffer.from(data, "base64"));
    };
    await page.signIn();
    await browser.open(service.api.url + ADDRESS);
    await browser.expect(`document.querySelector("#look svg") !== null`);
    await shot("ask", 1280, 900, "light");
    await browser.evaluate(`document.querySelector("[value=request]").click()`);
    await browser.expect(`document.getElementById("state") !== null`);
    await service.worker();
    await browser.expect(`document.getElementById("state")?.textContent === "finished"`);
    await shot("job", 1280, 900, "light");
    await browser.open(`${service.api.url}/my-files`);
    await shot("my-files", 390, 700, "dark");
  },
});
