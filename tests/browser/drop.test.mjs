// What is dropped arrives with its path: files and folders, from a web server and from a file. In Chromium by a real drop.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { closeAll, dropContents, dropFiles, targets, until, withPage } from "./harness.mjs";

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
}
