// How the main views look, coarsely: each picture as 64 by 40 shades of gray, compared with the one in looks/ with a tolerance.
//
// It finds what no other test sees: a sheet that is not applied, a view that is empty, a theme that is half dark. Fonts differ
// between machines, so it does not see letters. After a change that was looked at: UPDATE_LOOKS=1 make test-browser.
// A reference is a file that can be read: a line per row, a digit per shade, 0 is black.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const FOLDER = new URL("looks/", import.meta.url);
const [WIDTH, HEIGHT] = [64, 40];
const VIEWS = ["diagnosis", "timeline", "queues", "events", "routing", "connectors", "permissions", "files", "search", "collect", "tools", "reference", "about"];
// Shades, of 16: on average over the picture; and how many cells may differ by more than three of them.
const MEAN = 0.4;
const CELLS = 0.04;

// Scales a picture down in a page of its own, which has no policy against it.
async function shades(page) {
  await settled(page);
  const picture = await page.screenshot({ encoding: "base64" });
  const blank = await page.browser().newPage();
  try {
    return await blank.evaluate(async (picture, width, height) => {
      const image = new Image();
      image.src = `data:image/png;base64,${picture}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      const drawing = canvas.getContext("2d");
      drawing.drawImage(image, 0, 0);
      const { data } = drawing.getImageData(0, 0, image.width, image.height);
      const sums = new Float64Array(width * height), counts = new Uint32Array(width * height);
      for (let y = 0; y < image.height; y++) {
        for (let x = 0; x < image.width; x++) {
          const cell = Math.floor(y * height / image.height) * width + Math.floor(x * width / image.width);
          const at = (y * image.width + x) * 4;
          sums[cell] += 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
          counts[cell]++;
        }
      }
      return [...sums].map((sum, cell) => Math.min(15, Math.round(sum / counts[cell] / 17)).toString(16)).join("")
        .match(new RegExp(`.{${width}}`, "g")).join("\n") + "\n";
    }, picture, WIDTH, HEIGHT);
  } finally {
    await blank.close();
  }
}

const settled = (page) => page.evaluate(async () => {
  await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
});

function compare(name, seen, wrong) {
  const file = new URL(`${name}.txt`, FOLDER);
  if (process.env.UPDATE_LOOKS) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, seen);
    return;
  }
  if (!existsSync(file)) {
    wrong.push(`${name}: no reference; look at the view, then UPDATE_LOOKS=1`);
    return;
  }
  const difference = differ(readFileSync(file, "utf8"), seen);
  if (difference) wrong.push(`${name}: ${difference}\n${seen}`);
}

function differ(expected, seen) {
  const digits = (text) => [...text.replaceAll("\n", "")].map((digit) => parseInt(digit, 16));
  const [one, other] = [digits(expected), digits(seen)];
  if (one.length !== other.length) return `${one.length} and ${other.length} cells`;
  const apart = one.map((digit, at) => Math.abs(digit - other[at]));
  const mean = apart.reduce((sum, digit) => sum + digit, 0) / apart.length;
  const cells = apart.filter((digit) => digit > 3).length / apart.length;
  return mean > MEAN || cells > CELLS ? `differs by ${mean.toFixed(2)} shades, in ${(cells * 100).toFixed(1)} % of the cells clearly` : "";
}

test("pictures that differ are told apart", () => {
  const plain = "f".repeat(WIDTH * HEIGHT);
  assert.equal(differ(plain, plain), "");
  assert.notEqual(differ(plain, "0".repeat(WIDTH * HEIGHT)), "");
  assert.notEqual(differ(plain, "0".repeat(200) + plain.slice(200)), "", "a part that is black");
  assert.equal(differ(plain, "e".repeat(500) + plain.slice(500)), "", "another font");
  assert.notEqual(differ(plain, "f"), "");
});

for (const target of targets.filter(({ browser, from }) => browser === "chromium" && from === "file")) {
  for (const scheme of ["light", "dark"]) {
    test(`the main views look as they did, ${scheme}: ${target.name}`, () => withPage(target, {}, async (page) => {
      await page.evaluate((scheme) => { document.documentElement.dataset.theme = scheme; }, scheme);
      const wrong = [];
      compare(`start-${scheme}`, await shades(page), wrong);
      await dropFiles(page, [...caseFiles("relay-connector-captures-2010-list"), ...caseFiles("store-missing-from-routing-table")]);
      await waitForReport(page);
      for (const view of VIEWS) {
        await page.evaluate((view) => { location.hash = `#/${view}`; }, view);
        await until(page, `${view} is shown`, (view) => document.querySelector(`main[data-view="${view}"]`) !== null, view);
        await until(page, `${view} is filled`, () => document.querySelector("main .grid-row, main .table-nothing, main h1") !== null);
        if (view === "search") {
          // An empty field shows nothing of how hits look.
          await page.type("#search-field", "EX10-01");
          await until(page, "all files are searched", () => document.querySelector(".search-hit") !== null && /(\d+) of \1 files searched/.test(document.querySelector("#search-said").innerText));
        }
        await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
        compare(`${view}-${scheme}`, await shades(page), wrong);
      }
      assert.ok(wrong.length === 0, wrong.join("\n"));
    }));
  }
}
