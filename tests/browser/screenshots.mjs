// Pictures of the page, to look at:
//
//   node tests/browser/screenshots.mjs FOLDER [CASE]
//
// Light and dark; the empty page, reading, the diagnosis, the files; at 1440 x 1000, at 900 wide, and at 200 % zoom.
// In Chromium, from the single file. The size of docs/screenshot.png is that of diagnosis-light-1440.png.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { caseFiles, closeAll, dropFiles, open, until, waitForReport } from "./harness.mjs";

const [folder = "target/screenshots", name = "relay-connector-captures-2010-list"] = process.argv.slice(2);
const target = { browser: "chromium", from: "file", name: "chromium from file" };
const SIZES = {
  1440: { width: 1440, height: 1000, deviceScaleFactor: 1 },
  900: { width: 900, height: 1000, deviceScaleFactor: 1 },
  // Zoom is a smaller window of larger pixels.
  "200-percent": { width: 720, height: 500, deviceScaleFactor: 2 },
};

mkdirSync(folder, { recursive: true });
for (const scheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const page = await open(target, {
      beforeLoad: async (page) => {
        await page.setViewport(viewport);
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      },
    });
    const take = async (what, options = {}) => {
      const path = join(resolve(folder), `${what}-${scheme}-${size}.png`);
      await page.screenshot({ path, ...options });
      console.log(path);
    };
    await take("empty");

    await dropFiles(page, caseFiles(name));
    const reading = await until(page, "it reads", () => document.body.dataset.state === "reading" ? "reading" : document.body.dataset.state === "done" ? "done" : "");
    if (reading === "reading") await take("reading");
    await waitForReport(page);
    await take("diagnosis");
    await take("diagnosis-whole", { fullPage: true });

    await page.evaluate(() => { location.hash = "#files"; });
    await until(page, "the files are shown", () => document.querySelector("[data-input]") !== null);
    await take("files");
    await page.closeAll();
  }
}
await closeAll();
