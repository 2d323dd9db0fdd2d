// What is dropped arrives with its path: files and folders, from a web server and from a file. In Chromium by a real drop.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { caseFiles, closeAll, dropContents, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "queuescope-drop-"));
  mkdirSync(join(folder, "many/deep"), { recursive: true });
  writeFileSync(join(folder, "top.txt"), "top");
  writeFileSync(join(folder, "many/deep/last.txt"), "deep");
  // More than the 100 that Chromium lists at a time.
  for (let i = 100; i < 350; i++) writeFileSync(join(folder, `many/${i}.txt`), String(i));
});
after(async () => {
  await closeAll();
  rmSync(folder, { recursive: true, force: true });
});

// Takes the drop before the page's own listener does.
const listen = (page) => page.evaluate(() => {
  globalThis.dropped = [];
  addEventListener("drop", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const { files, problems } = await queuescopeDroppedFiles(event.dataTransfer);
    const read = await Promise.all(files.map(async ({ path, file }) => ({ path, text: await file.text() })));
    dropped.push({ read, problems });
  }, { capture: true });
  addEventListener("dragover", (event) => event.preventDefault(), { capture: true });
});
const received = (page) => until(page, "the drop has been read", () => dropped.shift());

for (const target of targets) {
  test(`dropped files and folders arrive with their paths: ${target.name}`, () => withPage(target, {}, async (page) => {
    await listen(page);
    await dropFiles(page, [join(folder, "many"), join(folder, "top.txt")]);
    const { read, problems } = await received(page);
    assert.deepEqual(problems, []);
    assert.equal(read.length, 252);
    const paths = read.map(({ path }) => path);
    assert.deepEqual(paths, [...paths].sort());
    const texts = new Map(read.map(({ path, text }) => [path, text]));
    assert.equal(texts.get("top.txt"), "top");
    if (target.browser === "chromium") {
      assert.equal(texts.get("many/deep/last.txt"), "deep");
      assert.equal(texts.get("many/349.txt"), "349");
    } else {
      // The driver cannot make Firefox drop a folder, so its files came flat.
      assert.equal(texts.get(basename("many/deep/last.txt")), "deep");
    }
  }));

  test(`files that no file system holds can be dropped: ${target.name}`, () => withPage(target, {}, async (page) => {
    await listen(page);
    await dropContents(page, [{ name: "b.txt", bytes: "two" }, { name: "<a>.txt", bytes: "one" }]);
    const { read } = await received(page);
    assert.deepEqual(read, [{ path: "<a>.txt", text: "one" }, { path: "b.txt", text: "two" }]);
  }));

  test(`files that come in while something is open leave the focus in the view, and it is said: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles("relay-connector-captures-2010-list"));
    await waitForReport(page);
    const openings = [
      ["the evidence", async () => {
        await page.keyboard.press("1");
        await until(page, "the drawer is open", () => document.querySelector("#drawer") !== null);
        await page.focus("#drawer .drawer-foot button");
      }],
      ["the export", async () => {
        await page.evaluate(() => document.querySelector("[data-menu=export]").click());
        await until(page, "the dialog is open", () => document.querySelector("dialog[open]") !== null);
      }],
    ];
    for (const [what, openIt] of openings) {
      await openIt();
      await page.evaluate(() => {
        globalThis.said = [];
        new MutationObserver(() => said.push(document.querySelector("[role=status].visually-hidden").innerText))
          .observe(document.querySelector("[role=status].visually-hidden"), { childList: true, characterData: true, subtree: true });
      });
      await dropContents(page, [{ name: `${what}.txt`, bytes: what }]);
      await until(page, `${what} is closed and the report is there again`, () => document.body.dataset.state === "done" && said.some((text) => text.startsWith("All files are read")));
      assert.ok(await page.evaluate(() => said.some((text) => text.includes("what was open is closed"))), `${what}: it is said`);
      await until(page, `${what}: the heading of the view has the focus`, () => document.activeElement.matches("#main h1"));
      assert.equal(await page.$("#drawer, dialog[open]"), null);
    }
    assert.deepEqual(page.problems, []);
  }));
}

// Thousands of small files are what a site's folder of logs is. Drawing them must not keep the page from answering; the limit is
// generous, because the machine of the tests may have other work.
for (const target of pairs) {
  test(`two thousand files are read without a long pause: ${target.name}`, () => withPage(target, {}, async (page) => {
    await page.evaluate(() => {
      globalThis.longestPause = 0;
      let last = performance.now();
      const look = () => {
        const now = performance.now();
        globalThis.longestPause = Math.max(globalThis.longestPause, now - last);
        last = now;
        setTimeout(look, 0);
      };
      // Making the files is not the page's work.
      setTimeout(() => { last = performance.now(); look(); }, 1000);
    });
    const files = Array.from({ length: 2000 }, (_, n) => ({ name: `Q${String(n).padStart(4, "0")}.txt`, bytes: `Identity      : EX1\\${n}\r\nDeliveryType  : DnsConnectorDelivery\r\nNextHopDomain : d${n}.example\r\nStatus        : Ready\r\nMessageCount  : 0\r\n` }));
    await dropContents(page, files);
    await waitForReport(page);
    const longest = await page.evaluate(() => globalThis.longestPause);
    console.log(`  ${target.name}: longest pause of the page ${Math.round(longest)} ms`);
    assert.ok(longest < 2_000, `the page did not answer for ${Math.round(longest)} ms`);

    // The ledger draws what is seen, however many files there are.
    const pause = async (what, act) => {
      await page.evaluate(() => { globalThis.longestPause = 0; });
      await act();
      const ms = Math.round(await page.evaluate(() => globalThis.longestPause));
      console.log(`  ${target.name}: ${what}: ${ms} ms`);
      assert.ok(ms < 300, `${what}: the page did not answer for ${ms} ms`);
    };
    const drawn = () => page.evaluate(() => [...document.querySelectorAll("[data-input]")].map((row) => row.dataset.input));
    await pause("two thousand files shown", async () => {
      await page.evaluate(() => { location.hash = "#/files"; });
      await until(page, "the first of the files are shown", () => document.querySelector('[data-input="Q0000.txt"]') !== null);
    });
    assert.ok((await drawn()).length < 200, "only what is seen is drawn");
    await page.focus("#grid-files");
    await pause("the last file", async () => {
      await page.keyboard.press("End");
      await until(page, "the last one is shown", () => document.querySelector('[data-input="Q1999.txt"]') !== null);
    });
    await pause("sorted", async () => {
      await page.evaluate(() => document.querySelector(".files .sort").click());
      await page.evaluate(() => document.querySelector(".files .sort").click());
      await until(page, "the last one is the first", () => document.querySelector('.grid-row[aria-rowindex="2"]')?.dataset.input === "Q1999.txt");
    });
    await pause("filtered", async () => {
      await page.focus("#filter-files");
      await page.keyboard.type("q0042");
      await until(page, "one is left", () => document.querySelectorAll("[data-input]").length === 1);
    });
    assert.deepEqual(await drawn(), ["Q0042.txt"]);
  }));
}
