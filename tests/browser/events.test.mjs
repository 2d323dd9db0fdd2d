// Events: facets, the filter, the keys to the next error, and our explanation beside the raw record. In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

// A list with errors, and a binary log.
const FILES = [...caseFiles("back-pressure-2016-disk-full"), ...caseFiles("submission-1009-evtx")];

const rows = (page) => page.evaluate(() => [...document.querySelectorAll(".grid-row")].map((row) => [...row.children].map((cell) => cell.innerText)));
const titles = (page) => page.evaluate(() => [...document.querySelectorAll(".sort")].map((button) => button.innerText.trim()));
const column = async (page, title) => {
  const at = (await titles(page)).indexOf(title);
  return (await rows(page)).map((row) => row[at]);
};
const pick = async (page, title, value) => {
  await page.evaluate((title, value) => {
    const list = document.querySelector(`[data-pick="${title}"]`);
    list.value = value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }, title, value);
};
const filter = (page, text) => page.evaluate((text) => {
  const field = document.querySelector("#filter-events");
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}, text);
const count = (page, what, number) => until(page, what, (number) => document.querySelectorAll(".grid-row").length === number, number);
const active = (page) => page.evaluate(() => document.querySelector(".grid-row.active")?.innerText ?? "");

const show = async (page) => {
  await dropFiles(page, FILES);
  await waitForReport(page);
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await until(page, "the events are shown", () => document.querySelector('main[data-view="events"] .grid-row') !== null);
  return (await rows(page)).length;
};

for (const target of targets) {
  test(`events are picked by source, id, level and computer, and filtered: ${target.name}`, () => withPage(target, {}, async (page) => {
    const all = await show(page);
    assert.ok(all >= 10, `${all} rows`);
    assert.equal(await page.evaluate(() => Number(document.querySelector(".grid").getAttribute("aria-rowcount"))), all + 1);
    const picks = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll("[data-pick]")].map((list) =>
      [list.dataset.pick, [...list.options].map((option) => option.innerText)])));
    for (const title of ["Source", "Event ID", "Level", "Computer"]) assert.ok(picks[title]?.length > 2, `${title} can be picked`);
    assert.ok(picks.Level.includes("Error (2)"), picks.Level.join(", "));

    for (const [title, value] of [["Source", "MSExchangeTransport"], ["Event ID", "15004"], ["Level", "Warning"], ["Computer", "EX07-MBX1.fabrikam.example"]]) {
      const expected = (await column(page, title)).filter((cell) => cell === value).length;
      assert.ok(expected > 0 && expected < all, `${title} ${value}: ${expected} of ${all}`);
      await pick(page, title, value);
      await count(page, `${value} is left`, expected);
      assert.deepEqual([...new Set(await column(page, title))], [value]);
      await pick(page, title, "");
      await count(page, "all are back", all);
    }
    // Two of them together, and words on top of it.
    await pick(page, "Source", "MSExchangeTransport");
    await pick(page, "Level", "Error");
    await count(page, "two are left", 2);
    await filter(page, "15006");
    await count(page, "one is left", 1);
    assert.deepEqual(await column(page, "Event ID"), ["15006"]);
    await filter(page, "nowhere");
    await until(page, "it is said that none is left", () => document.querySelector(".table-nothing") !== null);
    await page.evaluate(() => document.querySelector(".table-nothing .button").click());
    await count(page, "all are back", all);
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`keys go to the next and the previous error: ${target.name}`, () => withPage(target, {}, async (page) => {
    await show(page);
    const levels = await column(page, "Level");
    const errors = levels.map((level, at) => [level, at]).filter(([level]) => level === "Error" || level === "Critical").map(([, at]) => at);
    assert.equal(errors.length, 2, levels.join(", "));
    const isAt = (what, at) => until(page, what, (at) => document.querySelectorAll(".grid-row")[at]?.classList.contains("active"), at);
    await page.focus(".grid");
    await page.keyboard.press("e");
    await isAt("the first error is active", errors[0]);
    assert.match(await active(page), /Error/);
    await page.keyboard.press("e");
    await isAt("the second error is active", errors[1]);
    await page.keyboard.press("e");
    await until(page, "it is said that there is none", () => [...document.querySelectorAll("[aria-live]")].some((node) => /No further row/i.test(node.innerText)));
    await isAt("the second error stays active", errors[1]);
    await page.keyboard.press("E");
    await isAt("the first error is active again", errors[0]);
    assert.deepEqual(page.problems, []);
  }));

  test(`an event opens with our explanation and its record: ${target.name}`, () => withPage(target, {}, async (page) => {
    await show(page);
    await filter(page, "MSExchangeMailSubmission 1009 EX07-MBX1");
    await count(page, "one is left", 1);
    await page.focus(".grid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(page, "its record is shown", () => document.querySelector("#drawer .records li.current details[open]") !== null);
    const drawer = await page.evaluate(() => document.querySelector("#drawer").innerText);
    for (const text of ["What it is", "Why", "MSExchangeMailSubmission", "1009", "EX07-MBX1.fabrikam.example", "Application EX07-MBX1.evtx"]) {
      assert.ok(drawer.includes(text), `${text}\n${drawer}`);
    }
    assert.ok((await page.evaluate(() => document.querySelector("#drawer .notes dd").innerText)).length > 20, "it is explained");
    await page.keyboard.press("Escape");
    await until(page, "it is closed and the grid has the focus", () => document.querySelector("#drawer") === null && document.activeElement.classList.contains("grid"));

    // The line of a list that was printed is shown as a line.
    await filter(page, "15006");
    await count(page, "one is left", 1);
    await page.evaluate(() => document.querySelector(".grid-row").click());
    await until(page, "its lines are shown", () => document.querySelector("#drawer .line.current") !== null);
    assert.ok((await page.evaluate(() => document.querySelector("#drawer .notes").innerText)).includes("What it is"));
    assert.deepEqual(page.problems, []);
  }));
}
