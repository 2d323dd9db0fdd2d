// The whole way: files in, finding out, in every target and by every door. Nothing in the files comes alive, nothing of
// them is sent, and damaged ones do not stop the others.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import {
  caseFiles, caseFolder, chooseFiles, chooseFolder, closeAll, dropContents, dropFiles, pairs, readLedger, readReport,
  targets, until, waitForReport, withPage,
} from "./harness.mjs";

after(closeAll);

const RELAY = { name: "relay-connector-captures-2010-list", rules: ["exch-auth-573-custom-connector-captures-exchange-ip"] };
const STORE = { name: "store-missing-from-routing-table", rules: ["unreachable-no-route-to-mdb", "routing-mdb-missing"] };
// A binary log: the reader of it needs more of the platform than text does, so it is run here, not only compiled.
const EVTX = { name: "submission-1009-evtx", rules: ["mailsubmission-1009-no-hub"] };
const DAMAGED = { name: "damaged-drop", rules: ["exch-auth-573-custom-connector-captures-exchange-ip"] };

function assertFound(report, rules, page) {
  for (const rule of rules) {
    assert.ok(report.rules.includes(rule), `no ${rule} among ${report.rules.join(", ")}\n${page.problems.join("\n")}`);
  }
  assert.ok(report.findings.length > 0);
  for (const { rule, statement } of report.findings) assert.ok(statement.length > 20, `${rule} says something: ${statement}`);
}

// What was requested since `count`, by the page or by a worker of it.
const requested = (page, count) => page.site.hits.slice(count).filter(({ host }) => host.startsWith("127.0.0.1"));

for (const target of targets) {
  for (const { name, rules } of [RELAY, STORE, EVTX]) {
    test(`files of ${name} dropped: ${target.name}`, () => withPage(target, {}, async (page) => {
      const count = page.site.hits.length;
      await dropFiles(page, caseFiles(name));
      await waitForReport(page);
      const report = await readReport(page);
      assert.equal(report.state, "done", report.text);
      assertFound(report, rules, page);
      assert.deepEqual(requested(page, count), [], "nothing was requested while the files were read");
      assert.deepEqual(page.problems, []);
    }));
  }

  test(`a record of a binary log stands among others, as fields and as XML: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(EVTX.name));
    await waitForReport(page);
    await page.evaluate(() => document.querySelector("main .cite").click());
    await until(page, "the record is shown among others", () => document.querySelector("#drawer .records li.current details[open]") !== null);
    const records = () => page.evaluate(() => [...document.querySelectorAll("#drawer .records > li")].map((one) => ({
      number: Number(one.dataset.record), open: one.querySelector("details").open, text: one.innerText,
    })));
    const shown = await records();
    assert.ok(shown.length > 1, "records beside it are there");
    assert.deepEqual(shown.map(({ number }) => number), shown.map(({ number }) => number).sort((a, b) => a - b));
    assert.equal(shown.filter(({ open }) => open).length, 1, "only the cited one is unfolded");
    assert.match(shown.find(({ open }) => open).text, /Event ID[\s\S]*1009/);
    assert.equal(await page.evaluate(() => document.querySelector("#drawer .raw-end")?.innerText), "no earlier record");
    // Another one unfolds by the keyboard.
    await page.focus("#drawer .records > li:not(.current) summary");
    await page.keyboard.press("Enter");
    assert.equal((await records()).filter(({ open }) => open).length, 2);
    await page.evaluate(() => document.querySelector("#drawer .raw-forms button[aria-pressed=false]").click());
    await until(page, "it is XML", () => document.querySelector("#drawer .records li.current .record-xml") !== null);
    const xml = await page.evaluate(() => document.querySelector("#drawer .records li.current .record-xml").innerText);
    assert.match(xml, /<EventID[^>]*>1009<\/EventID>/);
    assert.deepEqual(page.problems, []);
  }));

  test(`folder dropped: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, [caseFolder(RELAY.name)]);
    await waitForReport(page);
    assertFound(await readReport(page), RELAY.rules, page);
  }));

  test(`files chosen: ${target.name}`, () => withPage(target, {}, async (page) => {
    await chooseFiles(page, caseFiles(STORE.name));
    await waitForReport(page);
    assertFound(await readReport(page), STORE.rules, page);
  }));

  test(`folder chosen: ${target.name}`, () => withPage(target, {}, async (page) => {
    await chooseFolder(page, caseFolder(STORE.name));
    await waitForReport(page);
    assertFound(await readReport(page), STORE.rules, page);
  }));

  test(`built-in sample: ${target.name}`, () => withPage(target, {}, async (page) => {
    await until(page, "there is a sample", () => document.querySelector("button[data-sample]") !== null);
    await page.evaluate(() => document.querySelector("button[data-sample]").click());
    await waitForReport(page);
    const report = await readReport(page);
    assert.equal(report.state, "done", report.text);
    assert.ok(report.findings.length > 0);
    assert.deepEqual(page.problems, []);
  }));

  test(`damaged files beside good ones: ${target.name}`, () => withPage(target, {}, async (page) => {
    const files = caseFiles(DAMAGED.name);
    await dropFiles(page, files);
    await waitForReport(page);
    assertFound(await readReport(page), DAMAGED.rules, page);
    const ledger = await readLedger(page);
    for (const name of ["empty.txt", "screenshot.csv", "queues in a document.docx"]) {
      const row = ledger.find(({ path }) => path.endsWith(name));
      assert.ok(row, `a row for ${name}`);
      assert.ok(row.text.replace(name, "").trim().length > 10, `says what is wrong: ${row.text}`);
    }
    assert.equal(ledger.length, files.length);
    assert.equal(await page.evaluate(() => window.__pwned), undefined);
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`only files that cannot be read: ${target.name}`, () => withPage(target, {}, async (page) => {
    const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + 13) % 256));
    await dropContents(page, [{ name: "noise.bin", bytes: noise }, { name: "empty.evtx", bytes: "" }]);
    await waitForReport(page);
    const report = await readReport(page);
    assert.deepEqual(report.findings, []);
    assert.ok(report.text.includes("noise.bin") || report.text.length > 100, report.text);
    assert.deepEqual(page.problems, []);
  }));

  test(`markup in names and contents stays text: ${target.name}`, () => withPage(target, {}, async (page) => {
    const markup = `<img src=x onerror="window.__pwned='img'"><script>window.__pwned='script'</script>`;
    const hostile = await Promise.all(caseFiles(RELAY.name).map(async (path, index) => ({
      name: `${index}${markup.replaceAll("/", "-")}.txt`,
      bytes: withMarkup(await readFile(path), markup),
    })));
    await dropContents(page, hostile);
    await waitForReport(page);
    const ledger = await readLedger(page);
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(await page.evaluate(() => window.__pwned), undefined);
    assert.equal(await page.evaluate(() => document.querySelectorAll("img[onerror], main script").length), 0);
    assert.ok(ledger.some(({ path }) => path.includes("<img src=x")), "names are shown as they are");
    assert.deepEqual(page.problems, []);
  }));

  test(`report is saved in every format: ${target.name}`, () => withPage(target, { beforeLoad: keepBlobs }, async (page) => {
    await dropFiles(page, caseFiles(RELAY.name));
    await waitForReport(page);
    const saved = {};
    for (const format of ["json", "markdown", "html"]) {
      await page.evaluate((format) => {
        globalThis.keptBlobs.length = 0;
        const press = (selector) => new Promise((done) => setTimeout(() => {
          document.querySelector(selector).click();
          done();
        }, 100));
        return press("[data-menu=export]")
          .then(() => press(`dialog button[data-export="${format}"]`))
          .then(() => press("dialog [data-save]"));
      }, format);
      saved[format] = await until(page, `${format} is saved`, () => globalThis.keptBlobs.at(-1)?.text());
    }
    const json = JSON.parse(saved.json);
    assert.equal(json.schema, 1);
    assert.ok(json.findings.some(({ rule }) => rule === RELAY.rules[0]));
    assert.match(saved.markdown, /^# /m);
    assert.match(saved.html, /^<!doctype html>/i);
    assert.doesNotMatch(saved.html, /<script|\son\w+=|https?:\/\/[^<]*\.(js|css)"/i, "the saved page runs nothing and loads nothing");
    assert.deepEqual(page.problems, []);
  }));

  test(`page stays responsive while it reads: ${target.name}`, () => withPage(target, {}, async (page) => {
    await page.evaluate(() => {
      // 64 MB of a transport log, as a handle: the page never holds it as text.
      const line = "2024-05-14T08:00:00.000Z,EX01\\Default,08DC74,1,10.0.0.1:25,10.0.0.2:4711,+,,\r\n";
      const header = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n" +
        "#Date: 2024-05-14T08:00:00.000Z\r\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint," +
        "remote-endpoint,event,data,context\r\n";
      const piece = new Blob([line.repeat(10_000)]);
      const transfer = new DataTransfer();
      transfer.items.add(new File([header, ...Array(80).fill(piece)], "RECV2024051408-1.LOG"));
      globalThis.longestPause = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        globalThis.longestPause = Math.max(globalThis.longestPause, now - last);
        last = now;
      }, 5);
      const at = document.querySelector("main");
      for (const type of ["dragenter", "dragover", "drop"]) {
        at.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }
    });
    await waitForReport(page);
    const longest = await page.evaluate(() => globalThis.longestPause);
    console.log(`  ${target.name}: longest pause of the page ${Math.round(longest)} ms`);
    // The aim is 50 ms; the bound leaves room for a busy test machine.
    assert.ok(longest < 400, `the page did not answer for ${Math.round(longest)} ms`);
    assert.equal(await page.evaluate(() => document.body.dataset.state), "done");
    assert.deepEqual(page.problems, []);
  }));
}

// Puts markup where servers, queues and errors are named, whatever the encoding.
function withMarkup(bytes, markup) {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = bytes.toString(wide ? "utf16le" : "utf8");
  const changed = text.replace(/5\.7\.3/g, `5.7.3 ${markup}`).replace(/(Subject\s*: )/g, `$1${markup}`);
  return Buffer.from(changed, wide ? "utf16le" : "utf8");
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
