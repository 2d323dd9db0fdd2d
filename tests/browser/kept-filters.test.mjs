// Filters that are kept: shown again, saved as a file, opened on a page that knows none, refused when it is another file.
// In every target.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, until, waitForReport, withPage } from "./harness.mjs";

const folder = mkdtempSync(join(tmpdir(), "queuescope-filters-"));
after(async () => {
  rmSync(folder, { recursive: true });
  await closeAll();
});

const CASE = "relay-connector-captures-2010-list";

const showQueues = async (page) => {
  await dropFiles(page, caseFiles(CASE));
  await waitForReport(page);
  await page.evaluate(() => { location.hash = "#/queues"; });
  await until(page, "the queues are shown", () => document.querySelectorAll('.grid[data-table="queues"] .grid-row').length > 1);
};
const rowCount = (page) => page.evaluate(() => document.querySelectorAll(".grid-row").length);
const filter = (page, text) => page.evaluate((text) => {
  const field = document.querySelector(".filter");
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}, text);
const labels = (page) => page.evaluate(() => [...document.querySelectorAll(".kept .show")].map((button) => button.innerText));
const openMenu = (page) => page.evaluate(() => { document.querySelector(".kept").open = true; });
const press = async (page, button) => {
  await openMenu(page);
  await page.click(`.kept ${button}`);
};
const choose = async (page, name, text) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  await openMenu(page);
  await (await page.$(".kept input[type=file]")).uploadFile(path);
};

for (const target of pairs) {
  test(`filters are kept, shown again and taken to the next page: ${target.name}`, async () => {
    let saved;
    await withPage(target, {}, async (page) => {
      await showQueues(page);
      const all = await rowCount(page);
      await openMenu(page);
      assert.equal(await page.evaluate(() => document.querySelector(".kept .keep").disabled), true, "nothing to keep yet");
      await filter(page, "retry -10-02");
      await until(page, "the filter holds", () => document.querySelectorAll(".grid-row").length === 1);
      await press(page, ".keep");
      await until(page, "it is in the list", () => document.querySelectorAll(".kept .show").length === 1);
      assert.deepEqual(await labels(page), ["retry -10-02"]);
      assert.equal(await page.evaluate(() => document.querySelector(".kept .keep").disabled), true, "it is kept already");
      await filter(page, "");
      await until(page, "all rows are back", (all) => document.querySelectorAll(".grid-row").length === all, all);
      await press(page, ".show");
      await until(page, "the filter holds again", () => document.querySelectorAll(".grid-row").length === 1);
      assert.equal(await page.evaluate(() => document.querySelector(".filter").value), "retry -10-02");
      assert.deepEqual(await page.evaluate(() => [document.querySelector(".kept").open, document.activeElement.tagName]), [false, "SUMMARY"]);
      await page.evaluate(() => {
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return make(blob); };
      });
      await press(page, ".save");
      saved = await until(page, "the filters are saved", () => window.saved);
      assert.equal(JSON.parse(saved).filters[0].filter, "retry -10-02");
      await press(page, ".remove");
      await until(page, "it is gone", () => document.querySelectorAll(".kept .show").length === 0);
      assert.equal(await page.evaluate(() => document.querySelector(".kept .save").disabled), true);
    });
    await withPage(target, {}, async (page) => {
      await showQueues(page);
      await choose(page, "other.json", '{"report": 1}');
      await until(page, "another file is refused", () => document.querySelector(".notice")?.innerText.includes("no filters"));
      await choose(page, "queuescope-filters.json", saved);
      await until(page, "the filters are there", () => document.querySelectorAll(".kept .show").length === 1);
      assert.equal(await page.evaluate(() => document.querySelector(".notice")), null, "the refusal is over");
      await press(page, ".show");
      await until(page, "and hold", () => document.querySelectorAll(".grid-row").length === 1);
    });
  });
}
