// The hosted page without a network: kept when asked for, opened from what is kept, a newer version offered and used only when
// told, removed again. And the page that reads files keeps none of the permissions that this takes.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { DIST, caseFiles, closeAll, dropFiles, open, targets, until, waitForReport } from "./harness.mjs";

after(closeAll);

const state = (page, word) => until(page, `it says: ${word}`, (word) => document.body.dataset.state === word, word);

for (const target of targets.filter((target) => target.from === "http")) {
  test(`a hosted copy opens without its server, and is renewed when asked: ${target.name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "queuescope-offline-"));
    cpSync(DIST, folder, { recursive: true });
    const page = await open(target);
    const { site } = page;
    site.from(folder);
    const install = async () => {
      await page.goto(`${site.address}install.html`, { waitUntil: "load" });
    };
    try {
      await install();
      await state(page, "not-kept");
      await page.evaluate(() => document.querySelector("#keep").click());
      await state(page, "kept");

      // The server is gone; the page is not.
      site.down(true);
      await page.goto(site.address, { waitUntil: "load" });
      await until(page, "the page has started", () => document.body.dataset.state === "empty");
      await dropFiles(page, caseFiles("relay-connector-captures-2010-list"));
      await waitForReport(page);
      assert.ok((await page.evaluate(() => document.body.innerText)).includes("312"));

      // A newer version comes, waits, and is used when told.
      const worker = join(folder, "service-worker.js");
      writeFileSync(worker, readFileSync(worker, "utf8").replace(/const VERSION = "[0-9a-f]+"/, 'const VERSION = "newer"'));
      writeFileSync(join(folder, "index.html"), "<!doctype html><title>Newer</title><body data-state=newer>");
      site.down(false);
      await install();
      await state(page, "newer");
      await page.goto(site.address, { waitUntil: "load" });
      assert.notEqual(await page.evaluate(() => document.title), "Newer", "it is not used by itself");
      await install();
      await state(page, "newer");
      await page.evaluate(() => document.querySelector("#use").click());
      await state(page, "kept");
      await page.goto(site.address, { waitUntil: "load" });
      assert.equal(await page.evaluate(() => document.title), "Newer");

      await install();
      await state(page, "kept");
      await page.evaluate(() => document.querySelector("#remove").click());
      await state(page, "not-kept");
    } finally {
      site.down(false);
      site.from(DIST);
      await page.closeAll();
      rmSync(folder, { recursive: true });
    }
  });

  test(`the page that keeps speaks the language of its reader: ${target.name}`, async () => {
    for (const [languages, lang, said, button] of [["de-AT,de,en", "de", "nicht gespeichert", "speichern"], ["fr,en", "en", "not kept", "Keep it"]]) {
      const page = await open(target, { languages });
      try {
        await page.goto(`${page.site.address}install.html`, { waitUntil: "load" });
        await state(page, "not-kept");
        const shown = await page.evaluate(() => ({
          lang: document.documentElement.lang,
          title: document.title,
          said: document.querySelector("#kept").innerText,
          button: document.querySelector("#keep").innerText,
          other: [...document.querySelectorAll("main [lang]")].filter((text) => text.lang !== document.documentElement.lang && text.getClientRects().length > 0).length,
        }));
        assert.equal(shown.lang, lang);
        assert.ok(shown.said.includes(said) && shown.button.includes(button), JSON.stringify(shown));
        assert.equal(shown.title.includes("ohne"), lang === "de");
        assert.equal(shown.other, 0, "one language at a time");
      } finally {
        await page.closeAll();
      }
    }
  });

  test(`the page that reads files cannot keep anything by itself: ${target.name}`, async () => {
    const page = await open(target);
    try {
      const refused = await page.evaluate(async () => {
        try {
          await navigator.serviceWorker.register("service-worker.js");
          return "registered";
        } catch (error) {
          return error.name;
        }
      });
      assert.notEqual(refused, "registered");
    } finally {
      await page.closeAll();
    }
  });
}
