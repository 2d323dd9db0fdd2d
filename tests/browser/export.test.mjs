// The export of a report: a format, redaction with its preview, the check in words, and what is saved.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const CASE = "relay-connector-captures-2010-list";
const ORIGINALS = ["EX16-01", "EX10-01", "192.0.2.11", "contoso.com"];
const press = (page, selector) => page.evaluate((selector) => document.querySelector(selector).click(), selector);
const shown = (page) => page.evaluate(() => document.querySelector("dialog.export")?.innerText ?? "");

for (const target of targets) {
  test(`a redacted report is previewed, checked and saved: ${target.name}`, () => withPage(target, { beforeLoad: keepBlobs }, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await page.focus("[data-menu=export]");
    await page.keyboard.press("Enter");
    await until(page, "the dialog is open", () => document.querySelector("dialog.export")?.open);
    assert.match(await shown(page), /stay in it as they are/);

    await press(page, "dialog.export input[type=checkbox]");
    await until(page, "the check is done", () => document.querySelector("[data-redaction=held]") !== null);
    const text = await shown(page);
    assert.match(text, /Checked: none of the \d+ originals/);
    assert.match(text, /in the HTML file/);
    for (const column of ["In your files", "In the report", "Times"]) assert.ok(text.includes(column), column);
    const first = await page.evaluate(() => document.querySelectorAll(".replaced tbody tr").length);
    assert.ok(first > 2 && first <= 8, `${first} rows`);
    // Few are all shown at once.
    if (await page.$("[data-replaced=all]")) {
      await press(page, "[data-replaced=all]");
      await until(page, "all are shown", (first) => document.querySelectorAll(".replaced tbody tr").length > first, first);
    }
    assert.ok(await page.evaluate(() => document.querySelector(".replaced").innerText.includes("EX16-01")));

    // Each format is checked by itself.
    const saved = {};
    for (const format of ["json", "markdown", "html"]) {
      if (!(await page.$("dialog.export"))) {
        await press(page, "[data-menu=export]");
        await until(page, "the dialog is open", () => document.querySelector("dialog.export")?.open);
        await press(page, "dialog.export input[type=checkbox]");
      }
      await press(page, `dialog.export [data-export=${format}]`);
      await until(page, `${format} is checked`, (format) => {
        const chosen = document.querySelector(`dialog.export [data-export=${format}]`);
        return chosen.ariaPressed === "true" && document.querySelector("[data-save]") !== null
          && document.querySelector("[data-redaction=held]")?.innerText.toLowerCase().includes(`the ${format} file`);
      }, format);
      await page.evaluate(() => { globalThis.keptBlobs.length = 0; });
      await press(page, "dialog.export [data-save]");
      saved[format] = await until(page, `${format} is saved`, () => globalThis.keptBlobs.at(-1)?.text());
      for (const original of ORIGINALS) assert.ok(!saved[format].includes(original), `${format} holds ${original}`);
      assert.ok(saved[format].includes("server1"), format);
    }
    const json = JSON.parse(saved.json);
    assert.equal(json.redacted, true);
    assert.ok(json.findings.length > 0);
    assert.deepEqual(page.problems, []);
  }));

  test(`what the check finds stands where Save was: ${target.name}`, () => withPage(target, { beforeLoad: spoilCheck }, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await press(page, "[data-menu=export]");
    await until(page, "the dialog is open", () => document.querySelector("dialog.export")?.open);
    await press(page, "dialog.export input[type=checkbox]");
    await until(page, "the check is done", () => document.querySelector("[data-redaction=failed]") !== null);
    assert.equal(await page.evaluate(() => document.querySelector("[data-save]")), null);
    const text = await shown(page);
    assert.match(text, /It is not saved/);
    assert.ok(text.includes("EX16-01") && text.includes("2 times"), text);
    await press(page, "dialog.export input[type=checkbox]");
    await until(page, "as it is it can be saved", () => document.querySelector("[data-save]") !== null);
    assert.deepEqual(page.problems, []);
  }));

  test(`what is saved as it is equals the report: ${target.name}`, () => withPage(target, { beforeLoad: keepBlobs }, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    const save = async () => {
      await press(page, "[data-menu=export]");
      await until(page, "the dialog is open", () => document.querySelector("dialog.export")?.open);
      await press(page, "dialog.export [data-export=json]");
      await until(page, "JSON is chosen", () => document.querySelector("[data-export=json]")?.ariaPressed === "true");
      await page.evaluate(() => { globalThis.keptBlobs.length = 0; });
      await press(page, "dialog.export [data-save]");
      return until(page, "it is saved", () => globalThis.keptBlobs.at(-1)?.text());
    };
    const [one, other] = [await save(), await save()];
    assert.equal(one, other, "the same report, the same bytes");
    const report = JSON.parse(one);
    assert.equal(`${JSON.stringify(report, null, 2)}\n`, one, "nothing is lost on the way");
    assert.equal(report.redacted, undefined);
    const rules = await page.evaluate(() => [...document.querySelectorAll("article[data-rule]")].map((article) => article.dataset.rule));
    for (const rule of rules) assert.ok(report.findings.some((finding) => finding.rule === rule), rule);
    // Escape closes the dialog, and the keys of the page do nothing in it.
    await press(page, "[data-menu=export]");
    await until(page, "the dialog is open", () => document.querySelector("dialog.export")?.open);
    await page.keyboard.press("?");
    assert.equal(await page.evaluate(() => document.querySelectorAll("dialog").length), 1);
    await page.keyboard.press("Escape");
    await until(page, "the dialog is closed", () => document.querySelector("dialog.export") === null);
    assert.deepEqual(page.problems, []);
  }));
}

// Keeps what the page hands out for saving.
function keepBlobs(page) {
  return page.evaluateOnNewDocument(() => {
    globalThis.keptBlobs = [];
    const original = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      globalThis.keptBlobs.push(blob);
      return original.call(URL, blob);
    };
  });
}

// As if the check of the worker had found something.
function spoilCheck(page) {
  return page.evaluateOnNewDocument(() => {
    const listener = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage");
    Object.defineProperty(Worker.prototype, "onmessage", {
      get() { return listener.get.call(this); },
      set(hear) {
        listener.set.call(this, hear && ((event) => {
          const answer = event.data?.body?.Redaction;
          if (answer) answer.leaks = [{ text: "EX16-01", times: 2 }];
          hear(event);
        }));
      },
    });
  });
}
