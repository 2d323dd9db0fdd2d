// The page starts wherever it lies, starts a worker of the same module, and says in plain words when it cannot.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { closeAll, open, SINGLE_FILE, targets, until, withPage } from "./harness.mjs";
import { packedIn } from "./shipped.mjs";

after(closeAll);

for (const target of targets) {
  test(`page starts: ${target.name}`, () => withPage(target, {}, async (page) => {
    assert.equal(await page.evaluate(() => document.body.dataset.state), "empty", page.problems.join("\n"));
    assert.ok(await page.evaluate(() => document.querySelector("main[data-view]").dataset.view !== "boot"));
    assert.deepEqual(page.problems, []);
    const started = await page.evaluate(() => Object.fromEntries(
      performance.getEntriesByType("mark").map((mark) => [mark.name, Math.round(mark.startTime)])));
    console.log(`  ${target.name}: ${JSON.stringify(started)} ms`);
    assert.ok(started["queuescope-started"] < 5000, "ready within 5 s on any machine");
  }));

  test(`a worker runs the same module: ${target.name}`, () => withPage(target, {}, async (page) => {
    const outcome = await page.evaluate(() => new Promise((done) => {
      const worker = queuescopeSpawnWorker();
      worker.onerror = (event) => done(`error: ${event.message}`);
      setTimeout(() => done("no error"), 1000);
    }));
    assert.equal(outcome, "no error");
    assert.deepEqual(page.problems, []);
  }));
}

// A page that was changed after it was built, or meets a browser that refuses something, must say so.
const page = await readFile(SINGLE_FILE, "utf8");

// The page with another character in its packed module, which changes bytes between these two places and no others, counted from the end.
function changedAt(first, last) {
  const tail = (text) => [...packedIn(text).subarray(-60)];
  const before = tail(page);
  const end = page.indexOf("</script>", page.indexOf('id="queuescope-wasm"'));
  for (let at = end - 1; at > end - 40; at--) {
    // A character of seven bits for another one: what stands behind it stays where it is.
    if (page.charCodeAt(at) > 127) continue;
    const text = page.slice(0, at) + (page[at] === "a" ? "b" : "a") + page.slice(at + 1);
    const changed = tail(text).flatMap((byte, index) => byte === before[index] ? [] : [index - before.length]);
    if (changed.every((byte) => byte >= first && byte <= last)) return text;
  }
  throw new Error(`no character changes the bytes ${first} to ${last} alone`);
}
const spoiled = changedAt(-20, -17);
const broken = {
  "module is damaged": {
    text: page.replace(/(<script id="queuescope-wasm"[^>]*>[^]{2000})[^]/, "$1!!"),
    says: /damaged or incomplete.*SHA-256/s,
  },
  // The module is whole in these and compiles: only what stands behind it says that it is another one.
  "checksum does not fit": { text: spoiled, says: /damaged or incomplete.*SHA-256/s },
  "length does not fit": { text: changedAt(-16, -9), says: /damaged or incomplete.*SHA-256/s },
  "file is cut off": { text: page.slice(0, page.lastIndexOf("queuescope-glue") + 2000), says: /did not run.*SHA-256/s },
  "file is cut off early": { text: page.slice(0, page.indexOf('id="queuescope-wasm"') + 2000), says: /did not run.*SHA-256/s },
  "script was altered": { text: page.replace("let wasm_bindgen", "let  wasm_bindgen"), says: /did not run.*SHA-256/s },
  "WebAssembly is refused by policy": { text: page.replace("'wasm-unsafe-eval'", ""), says: /refused to compile.*wasm-unsafe-eval/s },
  "no script runs at all": { text: page.replace(/<script>[^]*?<\/script>/, ""), says: /Queuescope/, state: "starting" },
};

// A browser that starts to compile and gives up. What it was given decides which words are right.
const giveUp = (page) => page.evaluateOnNewDocument(() => {
  WebAssembly.compileStreaming = () => Promise.reject(new WebAssembly.CompileError("given up"));
});

let folder;
before(() => { folder = mkdtempSync(join(tmpdir(), "queuescope-pages-")); });
after(() => rmSync(folder, { recursive: true, force: true }));

for (const target of targets.filter((target) => target.from === "file")) {
  for (const [what, { text, says, state = "failed" }] of Object.entries(broken)) {
    test(`plain words when ${what}: ${target.browser}`, async () => {
      assert.ok(text !== page, "the page was changed");
      const path = join(folder, "page.html");
      await writeFile(path, text);
      const opened = await open(target, { address: pathToFileURL(path).href, settled: state });
      await until(opened, `the page is ${state}`, (state) => document.body.dataset.state === state, state);
      assert.match(await opened.evaluate(() => document.body.innerText), says);
      await opened.closeAll();
    });
  }
}

for (const target of targets.filter((target) => target.from === "file")) {
  for (const [what, text, languages, says] of [
    ["gives up a whole module", page, "en-US,en", /refused to compile.*given up/s],
    ["gives up a whole module, in German", page, "de-DE,de", /geweigert.*kompilieren.*given up/s],
    ["gives up a damaged module", spoiled, "en-US,en", /damaged or incomplete.*SHA-256/s],
    ["gives up a damaged module, in German", spoiled, "de-DE,de", /beschädigt oder unvollständig.*SHA-256/s],
  ]) {
    test(`plain words when the browser ${what}: ${target.browser}`, async () => {
      const path = join(folder, "page.html");
      await writeFile(path, text);
      const options = { address: pathToFileURL(path).href, settled: "failed", beforeLoad: giveUp, languages };
      await withPage(target, options, async (opened) => {
        await until(opened, "the page is failed", () => document.body.dataset.state === "failed");
        assert.match(await opened.evaluate(() => document.body.innerText), says);
      });
    });
  }

  test(`plain words when the module stops in mid-work: ${target.browser}`, () => withPage(target, {}, async (page) => {
    await page.evaluate(() => dispatchEvent(new ErrorEvent("error", { error: new WebAssembly.RuntimeError("unreachable") })));
    assert.match(await page.evaluate(() => document.body.innerText), /error of its own.*Reload the page.*unreachable/s);
    assert.equal(await page.evaluate(() => document.body.dataset.state), "failed");
  }));
}
