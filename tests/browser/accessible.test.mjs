// What assistive technology needs, by axe-core: every view, in both themes, languages and browsers, WCAG 2.2 A and AA.
//
// The page's policy refuses added scripts, and the driver is exempt from it: axe-core is evaluated, not loaded.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const CASE = "relay-connector-captures-2010-list";
const WITH_PATH = "message-late-over-two-servers";

async function check(page, what, wrong) {
  // Buttons change their colors over 80 ms, and what is measured halfway belongs to neither theme.
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))));
  const found = await page.evaluate(async (tags) => {
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => ({ id, where: nodes.slice(0, 4).map((node) => `${node.target.join(" ")}: ${node.failureSummary.replaceAll("\n", " ")}`) }));
  }, TAGS);
  for (const { id, where } of found) wrong.push(`${what}: ${id}\n  ${where.join("\n  ")}`);
}

const key = async (page, ...keys) => {
  await page.evaluate(() => document.activeElement?.blur());
  for (const one of keys) await page.keyboard.press(one);
};

for (const target of targets.filter((target) => target.from === "file")) {
  // The themes and the languages do not touch each other: two of the four pairs show all of both.
  for (const [scheme, languages] of [["light", "en-US,en"], ["dark", "de-DE,de"]]) {
    test(`every view is accessible, ${scheme}, ${languages}: ${target.name}`, () => withPage(target, { languages }, async (page) => {
      // The driver of Firefox cannot emulate the theme of the system; the page has a switch of its own.
      await page.evaluate((scheme) => { document.documentElement.dataset.theme = scheme; }, scheme);
      await page.evaluate(AXE);
      const wrong = [];
      await check(page, "start", wrong);
      await dropFiles(page, caseFiles(CASE));
      await waitForReport(page);
      await check(page, "diagnosis", wrong);
      await key(page, "1");
      await until(page, "the lines are shown", () => document.querySelector("#drawer li.current") !== null);
      await check(page, "diagnosis with evidence", wrong);
      await key(page, "Escape");
      await key(page, "?");
      await until(page, "the sheet is open", () => document.querySelector("dialog[open]") !== null);
      await check(page, "keyboard sheet", wrong);
      await key(page, "Escape");
      const views = await page.evaluate(() => [...document.querySelectorAll(".rail a")].map((link) => link.getAttribute("href")));
      assert.ok(views.length >= 7, `${views.length} views`);
      for (const view of views) {
        await page.evaluate((view) => { location.hash = view; }, view);
        await until(page, `${view} is shown`, (view) => document.querySelector(`main[data-view="${view.slice(2)}"]`) !== null, view);
        await until(page, `${view} is filled`, () => document.querySelector("main .grid-row, main .table-nothing, main h1") !== null);
        // What is far from the window is not laid out, and axe-core would measure boxes that are cut there.
        await page.evaluate(() => { for (const part of document.querySelectorAll(".part")) part.style.contentVisibility = "visible"; });
        await check(page, view, wrong);
      }
      assert.deepEqual(wrong, [], wrong.join("\n"));
    }));
  }

  test(`a message with its path is accessible in both themes, beside the view and below it: ${target.name}`, () => withPage(target, {}, async (page) => {
    await page.evaluate(AXE);
    await dropFiles(page, caseFiles(WITH_PATH));
    await waitForReport(page);
    await page.evaluate(() => { location.hash = "#/queues"; });
    await until(page, "the tables are shown", () => document.querySelector('button[data-table="messages"]') !== null);
    await page.evaluate(() => document.querySelector('button[data-table="messages"]').click());
    await until(page, "messages are shown", () => document.querySelector('.grid[data-table="messages"] .grid-row') !== null);
    await page.focus(".grid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(page, "the path is there", () => document.querySelectorAll(".path-step").length === 7);
    await page.evaluate(() => document.querySelectorAll(".path-open")[3].click());
    await until(page, "a line is shown", () => document.querySelector("#drawer li.current") !== null);
    const wrong = [];
    for (const scheme of ["light", "dark"]) {
      await page.evaluate((scheme) => { document.documentElement.dataset.theme = scheme; }, scheme);
      await check(page, `path, ${scheme}`, wrong);
      await key(page, "b");
      await until(page, "the drawer is on the other side", (below) => document.querySelector("#drawer").classList.contains("below") === below, scheme === "light");
      await check(page, `path, ${scheme}, docked anew`, wrong);
    }
    assert.deepEqual(wrong, [], wrong.join("\n"));
  }));

  test(`a narrow window has its views behind a button: ${target.name}`, () => withPage(target, { width: 720, height: 500 }, async (page) => {
    const shown = () => page.evaluate(() => document.querySelector(".rail-list").getClientRects().length > 0);
    assert.equal(await shown(), false);
    await page.focus(".rail-open");
    await page.keyboard.press("Enter");
    await until(page, "the views are shown", () => document.querySelector(".rail-open").getAttribute("aria-expanded") === "true");
    assert.equal(await shown(), true);
    assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll(".rail a")].filter((link) => link.getBoundingClientRect().right > innerWidth).length), 0, "none is cut off");
    await page.evaluate(AXE);
    const wrong = [];
    await check(page, "views", wrong);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    await until(page, "they are closed, and the button has the focus", () => document.activeElement.matches(".rail-open[aria-expanded=false]"));
    await page.keyboard.press("Enter");
    await page.evaluate(() => [...document.querySelectorAll(".rail a")].find((link) => link.getAttribute("href") === "#/tools").click());
    await until(page, "the choice closes them and says what is shown", () => document.querySelector(".rail-open[aria-expanded=false] b")?.innerText === "Tools");
    await check(page, "tools, narrow", wrong);
    assert.deepEqual(wrong, [], wrong.join("\n"));
  }));
}
