// A problem is set aside and taken back; two captures of one site are compared, and the way back is there. In every target.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropContents, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

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
}

for (const target of pairs) {
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
    assert.match(await page.evaluate(() => document.querySelector(".compared").innerText), /315 before, 315 now/);

    await compare();
    await until(page, "later files are asked for", () => document.querySelector(".comparing") !== null);
    await dropFiles(page, caseFiles("queues-behind-the-routing-table"));
    await waitForReport(page);
    await until(page, "another problem is new", () => document.querySelector('[data-change="New"]') !== null);
    assert.equal(await page.$("[data-doubt]"), null, "they are of one site");
    assert.ok(await page.evaluate(() => document.querySelector("[data-gone]")?.innerText.includes("Not seen any more")));
    // Of another site, what is new or fixed says little, and that is said first.
    await compare();
    await until(page, "later files are asked for", () => document.querySelector(".comparing") !== null);
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await compare();
    await until(page, "later files are asked for", () => document.querySelector(".comparing") !== null);
    await dropFiles(page, caseFiles("healthy-2013-site-in-german"));
    await waitForReport(page);
    await until(page, "it is said that they have nothing in common", () => /^\s*These two captures share no server \(/.test(document.querySelector("[data-doubt]")?.innerText ?? ""));
    await page.evaluate(() => document.querySelector(".compared .link").click());
    await until(page, "the comparison is gone", () => document.querySelector(".compared") === null && document.querySelector("[data-change]") === null);
    assert.deepEqual(page.problems, []);
  }));

  test(`a note outlives added files, and files of the same names can be compared instead: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await page.evaluate(() => document.querySelector("[data-acknowledge]").click());
    await until(page, "the note has the focus", () => document.activeElement?.id === "note-1");
    await page.keyboard.type("Known");
    await page.keyboard.press("Enter");
    const isNoted = (page) => until(page, "the note stands", () => document.querySelector('[data-acknowledged="1"]')?.innerText.includes("Known"));
    await isNoted(page);
    await dropContents(page, [{ name: "readme.bin", bytes: "\u0001\u0002" }]);
    await until(page, "the file is there", () => document.body.dataset.state === "done" && document.querySelector('.rail a[href="#/files"] .count')?.innerText === "6");
    await isNoted(page);
    assert.equal(await page.evaluate(() => document.querySelector(".notice")), null, "nothing to ask");

    // The same list, exported when the mail had gone.
    const list = readFileSync(caseFiles(CASE).find((path) => path.endsWith("get-queue.txt")), "utf16le").replace("\ufeff", "");
    const later = list.replaceAll(/\bRetry\b/g, "Ready").replaceAll(/^(MessageCount\s*:) \d+/gm, "$1 0").replaceAll(/^(LastError\s*:).*$/gm, "$1");
    await dropContents(page, [{ name: "get-queue.txt", bytes: later }]);
    await until(page, "the page asks", () => document.body.dataset.state === "done" && document.querySelector(".notice .button:not(.quiet)") !== null);
    await page.evaluate(() => document.querySelector(".notice .button:not(.quiet)").click());
    await until(page, "they are compared", () => /315 before, 0 now/.test(document.querySelector(".compared")?.innerText ?? ""));
    assert.ok(await page.evaluate(() => document.querySelector("[data-gone]") !== null), "the problem is gone");
    assert.deepEqual(page.problems, []);
  }));
}
