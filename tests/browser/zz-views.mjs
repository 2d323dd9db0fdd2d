import { mkdirSync } from "node:fs";
import { caseFiles, closeAll, dropFiles, open, until, waitForReport } from "./harness.mjs";
const target = { browser: "chromium", from: "file", name: "chromium from file" };
mkdirSync("/tmp/shots", { recursive: true });
for (const scheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries({ 1440: { width: 1440, height: 1000, deviceScaleFactor: 1 }, "200": { width: 720, height: 500, deviceScaleFactor: 2 } })) {
    const page = await open(target, { beforeLoad: async (page) => { await page.setViewport(viewport); await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]); } });
    const take = async (what) => page.screenshot({ path: `/tmp/shots/${what}-${scheme}-${size}.png` });
    await page.evaluate(() => { location.hash = "#/tools"; });
    await until(page, "tools", () => document.querySelector("#look-up") !== null);
    await page.type("#look-up", "0x8007000E");
    await take("tools");
    await page.evaluate(() => { document.querySelector("#look-up").value = ""; document.querySelector("#look-up").dispatchEvent(new InputEvent("input", {bubbles: true})); });
    await page.type("#look-up", "MSExchangeTransport 12014");
    await take("tools-event");
    await page.evaluate(() => { location.hash = "#/reference"; });
    await until(page, "reference", () => document.querySelector(".rule-head") !== null);
    await page.evaluate(() => document.querySelector(".rule-head").click());
    await take("reference");
    await dropFiles(page, caseFiles("store-damage-in-evt-without-texts"));
    await waitForReport(page);
    await page.evaluate(() => { location.hash = "#/diagnosis"; });
    await take("diagnosis");
    await page.evaluate(() => document.querySelector(".evidence .cite").click());
    await new Promise((r) => setTimeout(r, 500));
    await take("drawer");
    await page.closeAll();
  }
}
await closeAll();
