// A problem is set aside and taken back; two captures of one site are compared, and the way back is there. In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const CASE = "relay-connector-captures-2010-list";
const counted = (page) => page.evaluate(() => document.querySelector('.rail a[href="#/diagnosis"] .count')?.innerText ?? "0");

for (const target of targets) {
  test(`a problem is set aside with a note, and taken back: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    const before = Number(await counted(page));
    await page.evaluate(() => document.querySelector("[data-acknowledge]").click());
    await until(page, "the note has the focus", () => document.activeElement?.id === "note-1");
    await page.keyboard.type("Change <b>4711</b>");
    await page.keyboard.press("Enter");
    await until(page, "it is one line", () => document.querySelector('[data-acknowledged="1"]')?.innerText.includes("Change <b>4711</b>"));
    assert.equal(Number(await counted(page)), before - 1);
    assert.equal(await page.evaluate(() => document.querySelector("article#problem-1[data-rule]")), null);
    await page.evaluate(() => document.querySelector(".acknowledged .link").click());
    await until(page, "it is back", () => document.querySelector("article#problem-1[data-rule]") !== null);
    assert.equal(Number(await counted(page)), before);
    assert.deepEqual(page.problems, []);
  }));

  test(`what was fixed and what is new is said: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    const compare = () => page.evaluate(() => document.querySelector("[data-compare]").click());
    await compare();
    await until(page, "later files are asked for", () => document.querySelector(".comparing")?.innerText.includes("Comparing with"));
    await page.evaluate(() => document.querySelector(".comparing .button").click());
    await waitForReport(page);
    assert.equal(await page.evaluate(() => document.querySelector(".compared")), null);

    await compare();
    await until(page, "later files are asked for", () => document.querySelector(".comparing") !== null);
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await until(page, "nothing changed", () => document.querySelector('[data-change="Unchanged"]') !== null);
    assert.match(await page.evaluate(() => document.querySelector(".compared").innerText), /312 before|315 before|\d+ before, \d+ now/);

    await compare();
    await until(page, "later files are asked for", () => document.querySelector(".comparing") !== null);
    await dropFiles(page, caseFiles("queues-behind-the-routing-table"));
    await waitForReport(page);
    await until(page, "another problem is new", () => document.querySelector('[data-change="New"]') !== null);
    assert.ok(await page.evaluate(() => document.querySelector("[data-gone]")?.innerText.includes("Not seen any more")));
    await page.evaluate(() => document.querySelector(".compared .link").click());
    await until(page, "the comparison is gone", () => document.querySelector(".compared") === null && document.querySelector("[data-change]") === null);
    assert.deepEqual(page.problems, []);
  }));
}
