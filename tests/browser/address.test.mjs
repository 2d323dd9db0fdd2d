// The address names the view, and follows it: by link, by Back, and when drawing is so slow that the reader is faster.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

// Drawing gives way to the browser after each step, and goes on a while later, as it does with much to draw on a busy machine.
const slowDrawing = (page) => page.evaluateOnNewDocument(() => {
  let now = 1.7e12;
  Date.now = () => (now += 100);
  const wait = globalThis.setTimeout;
  globalThis.setTimeout = (then, milliseconds, ...rest) => wait(then, milliseconds || 150, ...rest);
});

const open = async (page) => {
  await dropFiles(page, caseFiles("relay-connector-captures-2010-list"));
  await waitForReport(page);
};

// Goes somewhere as soon as the view before is drawn, and gives what is shown when all has settled.
const goOn = (page, first, then) => page.evaluate(async (first, then) => {
  const go = ([how, where]) => {
    if (how === "link") location.hash = where;
    else document.querySelector(`nav a[href="#/${where}"]`).click();
  };
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 1)));
  go(first);
  const end = performance.now() + 10_000;
  while (document.querySelector("main").dataset.view !== first[2] && performance.now() < end) await drawn();
  go(then);
  await new Promise((done) => setTimeout(done, 1_500));
  return { view: document.querySelector("main").dataset.view, hash: location.hash };
}, first, then);

for (const target of targets) {
  test(`Back and Forward lead through the views: ${target.name}`, () => withPage(target, {}, async (page) => {
    await open(page);
    const shows = (view, hash) => until(page, `${view} is shown`, (view, hash) => document.querySelector("main").dataset.view === view && location.hash === hash, view, hash);
    await shows("diagnosis", "");
    for (const view of ["files", "events", "search"]) {
      await page.evaluate((view) => document.querySelector(`nav a[href="#/${view}"]`).click(), view);
      await shows(view, `#/${view}`);
    }
    const step = async (by, view, hash) => {
      await page.evaluate((by) => history.go(by), by);
      await shows(view, hash);
    };
    await step(-1, "events", "#/events");
    await step(-1, "files", "#/files");
    await step(2, "search", "#/search");
    await step(-3, "diagnosis", "");
    // An address of nothing is the diagnosis, and says so; it is no step of its own.
    await page.evaluate(() => { location.hash = "#/relay-01"; });
    await shows("diagnosis", "#/diagnosis");
    await step(-1, "diagnosis", "");
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`who goes on before a view is settled gets there: ${target.name}`, () => withPage(target, { beforeLoad: slowDrawing }, async (page) => {
    await open(page);
    assert.deepEqual(await goOn(page, ["rail", "files", "files"], ["rail", "search", "search"]), { view: "search", hash: "#/search" });
    assert.deepEqual(await goOn(page, ["link", "#/files", "files"], ["link", "#/search", "search"]), { view: "search", hash: "#/search" });
    assert.deepEqual(await goOn(page, ["rail", "events", "events"], ["link", "#/search", "search"]), { view: "search", hash: "#/search" });
    assert.deepEqual(await goOn(page, ["link", "#/files", "files"], ["rail", "events", "events"]), { view: "events", hash: "#/events" });
    assert.deepEqual(page.problems, []);
  }));
}
