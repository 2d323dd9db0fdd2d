// The page in German: it follows the reader, English findings are marked as such, switching loses nothing, and nothing sticks
// out of a narrow window. In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const CASE = "relay-connector-captures-2010-list";
const GERMAN = { languages: "de-AT,de,en" };
const VIEWS = ["diagnosis", "timeline", "queues", "events", "connectors", "permissions", "files", "search", "collect", "tools", "reference", "about"];

const show = async (page, view) => {
  await page.evaluate((view) => { location.hash = `#/${view}`; }, view);
  await until(page, `${view} is shown`, (view) => document.querySelector(`main[data-view="${view}"]`) !== null, view);
};
const choose = async (page, language) => {
  await page.focus(`[data-language="${language}"]`);
  await page.keyboard.press("Enter");
  await until(page, `it is ${language}`, (language) => document.documentElement.lang === language, language);
};

for (const target of targets) {
  test(`a German reader gets a German page around English findings: ${target.name}`, () => withPage(target, GERMAN, async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    assert.match(await page.evaluate(() => document.querySelector("h1").innerText), /^Legen Sie hier ab/);
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    const rail = await page.evaluate(() => [...document.querySelectorAll(".rail-name")].map((name) => name.innerText));
    assert.deepEqual(rail, ["Diagnose", "Zeitachse", "Warteschlangen", "Ereignisse", "Routing", "Connectors", "Rechte und Verzeichnis", "Dateien", "Suche", "Daten sammeln", "Werkzeuge", "Referenz", "Info"]);
    const labels = await page.evaluate(() => [...document.querySelectorAll(".problem[data-open=true] h3")].map((label) => label.innerText));
    assert.ok(labels.includes("Belege") && labels.includes("Was zu tun ist"), labels.join());

    // What comes out of the report is English, and says so; what stands among it is German.
    const spoken = await page.evaluate(() => {
      const of = (selector) => [...document.querySelectorAll(selector)].map((element) => element.closest("[lang]").lang);
      return { english: of(".summary-text, .statement, .evidence-body p, .steps p, .tree .branch-text"), german: of(".copy, .cite, .margin-label, .verdict, .evidence .location") };
    });
    assert.ok(spoken.english.length > 10 && spoken.german.length > 10);
    assert.deepEqual([new Set(spoken.english), new Set(spoken.german)], [new Set(["en"]), new Set(["de"])]);

    await show(page, "queues");
    await until(page, "rows are there", () => document.querySelector(".grid-row") !== null);
    const titles = await page.evaluate(() => [...document.querySelectorAll("[role=columnheader]")].map((head) => head.innerText));
    assert.ok(titles.includes("Warteschlange") && titles.includes("Nächster Hop"), titles.join());
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`switching loses nothing: ${target.name}`, () => withPage(target, GERMAN, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await show(page, "queues");
    await until(page, "rows are there", () => document.querySelector(".grid-row") !== null);
    await page.type(".filter", "retry");
    // Not one of its beginnings, which other rows have as well.
    await until(page, "the filter holds", () => document.querySelector(".table-foot").innerText.startsWith("2 von ") && document.querySelectorAll(".grid-row").length === 2);
    const seen = () => page.evaluate(() => ({
      rows: [...document.querySelectorAll(".grid-row")].map((row) => row.id),
      filter: document.querySelector(".filter").value,
      focus: document.activeElement.dataset.language,
      heading: document.querySelector("h1").innerText.split(" ")[0],
    }));
    const german = await seen();
    await choose(page, "en");
    await until(page, "the table is English", () => document.querySelector(".table-foot").innerText.includes(" of "));
    assert.deepEqual(await seen(), { ...german, focus: "en", heading: "Queues" });
    await choose(page, "de");
    await until(page, "the table is German", () => document.querySelector(".table-foot").innerText.includes(" von "));
    assert.deepEqual(await seen(), { ...german, focus: "de", heading: "Warteschlangen" });

    // In About, too; and nothing but the choice is kept.
    await show(page, "about");
    await page.evaluate(() => [...document.querySelectorAll(".about-view .button")].find((button) => button.innerText === "English").click());
    await until(page, "it is English", () => document.documentElement.lang === "en" && document.querySelector("h1").innerText === "Privacy");
    assert.equal(await page.evaluate(() => document.activeElement === document.body || document.activeElement.isConnected), true);
    assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), { "queuescope-language": "en" });
    assert.deepEqual(page.problems, []);
  }));

  test(`nothing sticks out of a narrow window: ${target.name}`, () => withPage(target, { ...GERMAN, width: 900 }, async (page) => {
    const wide = (view) => page.evaluate((view) => {
      const inner = [document.documentElement, document.body, document.querySelector("main"), document.querySelector(".top")];
      return inner.filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${view}: ${element.className || element.tagName} ${element.scrollWidth} > ${element.clientWidth}`);
    }, view);
    const found = await wide("start");
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    for (const view of VIEWS) {
      await show(page, view);
      await new Promise((done) => setTimeout(done, 200));
      found.push(...await wide(view));
    }
    assert.deepEqual(found, []);
  }));
}

test("the choice is remembered", () => withPage(targets.find((target) => target.from === "http"), {}, async (page) => {
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await choose(page, "de");
  await page.reload();
  await until(page, "it is German from the start", () => document.body.dataset.state !== "starting" && document.documentElement.lang === "de");
  assert.match(await page.evaluate(() => document.querySelector("h1").innerText), /^Legen Sie hier ab/);
}));
