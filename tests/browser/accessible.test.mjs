// What assistive technology needs, by axe-core: every view, in both themes and both browsers, WCAG 2.2 A and AA.
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
  for (const scheme of ["light", "dark"]) {
    test(`every view is accessible, ${scheme}: ${target.name}`, () => withPage(target, {}, async (page) => {
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
}
