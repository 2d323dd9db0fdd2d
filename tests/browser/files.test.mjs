// Files: the ledger is sorted, filtered by text and state and saved; a row says what is wrong and what to do; a file that
// somebody is led to comes into view. In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const FILES = [...caseFiles("damaged-drop"), ...caseFiles("submission-1009-evtx")];
const names = (page) => page.evaluate(() => [...document.querySelectorAll("[data-input]")].map((row) => row.dataset.input));
const count = (page, what, number) => until(page, what, (number) => document.querySelectorAll("[data-input]").length === number, number);
const show = async (page) => {
  await dropFiles(page, FILES);
  await waitForReport(page);
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await count(page, "all files are shown", FILES.length);
};

for (const target of targets) {
  test(`files are sorted, filtered and saved: ${target.name}`, () => withPage(target, {}, async (page) => {
    await show(page);
    const all = await names(page);
    // By the keyboard: from the grid to its headings, along them, and down.
    await page.focus("#grid-files");
    await page.keyboard.press("Tab");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.evaluate(() => document.activeElement.innerText.trim()), "Size");
    await page.keyboard.press("Enter");
    await until(page, "sorted by size", () => document.querySelector("[aria-sort=ascending]") !== null && document.querySelector("[data-input]").dataset.input === "empty.txt");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await until(page, "in the own order", (first) => document.querySelector("[data-input]").dataset.input === first, all[0]);

    const tallies = await page.evaluate(() => [...document.querySelectorAll(".tally")].map((button) => button.dataset.tally));
    assert.ok(tallies.includes("Not recognized") && tallies.includes("Read"), tallies.join(", "));
    await page.evaluate(() => document.querySelector('[data-tally="Not recognized"]').click());
    await until(page, "those not recognized are left", (all) => {
      const rows = [...document.querySelectorAll("[data-input]")];
      return rows.length > 0 && rows.length < all && rows.every((row) => row.innerText.includes("Not recognized"));
    }, all.length);
    assert.equal(await page.evaluate(() => document.querySelector('[data-tally="Not recognized"]').getAttribute("aria-pressed")), "true");
    await page.evaluate(() => document.querySelector('[data-tally="Not recognized"]').click());
    await count(page, "all are back", all.length);
    await page.focus("#filter-files");
    await page.keyboard.type("evtx");
    await count(page, "one is left", 1);

    await page.evaluate(() => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return make(blob); };
      document.querySelector("[data-way=csv]").click();
    });
    const csv = await until(page, "the ledger is saved", () => window.saved);
    assert.match(csv, /^\ufeff?File,Taken for,State,Records,Lost,Time span,Text,Size,Remarks\r\n/);
    assert.match(csv, /Application EX07-MBX1\.evtx,.*,Read,8,/);
    await page.evaluate(() => { window.saved = ""; document.querySelector("[data-way=redacted]").click(); });
    const redacted = await until(page, "it is saved without names", () => window.saved);
    assert.doesNotMatch(redacted, /EX07-MBX1/);
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`a file opens with what is wrong and what to do: ${target.name}`, () => withPage(target, {}, async (page) => {
    await show(page);
    await page.focus("#filter-files");
    await page.keyboard.type("screenshot.csv");
    await count(page, "one is left", 1);
    await page.focus("#grid-files");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(page, "its row is open", () => document.querySelector("#drawer .notes") !== null);
    assert.match(await page.evaluate(() => document.querySelector("#drawer .notes").innerText), /What to do\s+\S.{10,}/);
    assert.equal(await page.$("#drawer .raw-frame"), null, "there is nothing of it to show");
    assert.equal(await page.$(".notice"), null);
    await page.keyboard.press("Escape");
    await until(page, "it is closed", () => document.querySelector("#drawer") === null && document.activeElement.id === "grid-files");
    // A binary log has no lines either.
    await page.evaluate(() => { const field = document.querySelector("#filter-files"); field.value = ".evtx"; field.dispatchEvent(new InputEvent("input", { bubbles: true })); });
    await until(page, "the log is left", () => document.querySelector("[data-input]")?.dataset.input.endsWith(".evtx"));
    await page.evaluate(() => document.querySelector("[data-input]").click());
    await until(page, "its row is open", () => document.querySelector("#drawer .cells")?.innerText.includes("Event log"));
    assert.equal(await page.$(".notice"), null);

    // Evidence leads to its file, whatever the filter was.
    await page.evaluate(() => { const field = document.querySelector("#filter-files"); field.value = "screenshot"; field.dispatchEvent(new InputEvent("input", { bubbles: true })); });
    await count(page, "one is left", 1);
    await page.evaluate(() => { location.hash = "#/diagnosis"; });
    await until(page, "the diagnosis is shown", () => document.querySelector("main .cite") !== null);
    await page.evaluate(() => document.querySelector("main .cite").click());
    await until(page, "its evidence is open", () => document.querySelector("#drawer .drawer-file .path") !== null);
    const path = await page.evaluate(() => document.querySelector("#drawer .drawer-file .path").innerText);
    await page.evaluate(() => [...document.querySelectorAll("#drawer .drawer-foot .button")].find((button) => button.innerText === "Open in Files").click());
    await until(page, "its row is active", (path) => document.querySelector(".grid-row.active")?.dataset.input === path, path);
    assert.equal(await page.evaluate(() => document.activeElement.id), "grid-files");
    assert.deepEqual(page.problems, []);
  }));

  test(`the ledger fits a window of 900 pixels: ${target.name}`, () => withPage(target, {}, async (page) => {
    await page.setViewport({ width: 900, height: 800 });
    await show(page);
    const [grid, whole] = await page.evaluate(() => [document.querySelector("#grid-files"), document.documentElement].map((one) => [one.scrollWidth, one.clientWidth]));
    assert.ok(grid[0] <= grid[1], `the ledger is ${grid[0]} pixels wide in ${grid[1]}`);
    assert.ok(whole[0] <= whole[1], "the page does not scroll sideways");
    assert.deepEqual(page.problems, []);
  }));
}
