// Several workers read a large case: the report is that of one worker, a worker that dies or hangs takes one piece with it,
// and canceling ends them all.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  caseFiles, chooseFiles, closeAll, pairs, readLedger, readReport, targets, until, waitForReport, withPage,
} from "./harness.mjs";

const folder = mkdtempSync(join(tmpdir(), "queuescope-workers-"));
const large = join(folder, "MSGTRK2019031208-1.LOG");
const ROWS = 200_000;

before(() => {
  const head = "#Software: Microsoft Exchange Server\r\n#Log-type: Message Tracking Log\r\n#Fields: date-time,client-hostname,server-hostname,connector-id,source,event-id,message-id,recipient-address,recipient-status\r\n";
  const rows = Array.from({ length: ROWS }, (_, n) =>
    `2019-03-12T08:${String(Math.floor(n / 4000) % 60).padStart(2, "0")}:00.000Z,EX${n % 3},EX2,Relay,SMTP,DEFER,<${n}@contoso.com>,user${n % 50}@contoso.com,451 4.4.0 DNS query failed for this recipient; the message stays in the queue\r\n`);
  writeFileSync(large, head + rows.join(""));
});
after(async () => {
  await closeAll();
  rmSync(folder, { recursive: true });
});

// How a worker hangs: one that waits for messages, when it hears "hang"; one that reads by itself hears nothing meanwhile, and
// hangs at the second large piece.
const WHEN_TOLD = "addEventListener('message', ({ data }) => { while (data === 'hang'); });\n";
const AT_SECOND_PIECE = `{
  const read = FileReaderSync.prototype.readAsArrayBuffer;
  let pieces = 0;
  FileReaderSync.prototype.readAsArrayBuffer = function (blob) {
    if (blob.size > 1e6) while (++pieces >= 2);
    return read.call(this, blob);
  };
}\n`;

// Notes every worker that the page starts, before the page does. Each gets a way to hang, and then never stops working.
const watchWorkers = (page, hang) => page.evaluateOnNewDocument((hang) => {
  const NativeBlob = globalThis.Blob;
  globalThis.Blob = class extends NativeBlob {
    constructor(parts, options) {
      super(options?.type === "text/javascript" ? [hang, ...parts] : parts, options);
    }
  };
  const Native = globalThis.Worker;
  globalThis.started = [];
  globalThis.ended = 0;
  globalThis.Worker = class extends Native {
    constructor(...all) {
      super(...all);
      globalThis.started.push(this);
    }
    terminate() {
      globalThis.ended++;
      super.terminate();
    }
  };
}, hang);

async function withWorkers(target, workers, run, patience, hang = WHEN_TOLD) {
  return withPage(target, { beforeLoad: (page) => watchWorkers(page, hang) }, async (page) => {
    const asked = `?workers=${workers}${patience ? `&patience=${patience}` : ""}`;
    await page.goto(`${page.url().replace(/[?#].*/, "")}${asked}`, { waitUntil: "load" });
    await until(page, "the page has started", () => document.body.dataset.state === "empty");
    return run(page);
  });
}

// Does something to a worker once rows are counted: then the log is recognized and its parts are in work. From inside the page,
// because asking from here would come too late.
const onceRowsAreCounted = (page, number, what) => page.evaluate((number, what) => {
  new MutationObserver((_, observer) => {
    const records = document.querySelector("tr[data-state=reading] td:last-child")?.textContent;
    if (!records) return;
    observer.disconnect();
    globalThis.recordsThen = Number(records.replaceAll(",", ""));
    const worker = globalThis.started[number];
    if (what === "hang") worker.postMessage("hang");
    else worker.dispatchEvent(new ErrorEvent("error", { message: "unreachable" }));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}, number, what);

// That at most one piece of the large log is missing, and that the file says so.
async function lostOnePieceAtMost(page) {
  const then = await page.evaluate(() => globalThis.recordsThen);
  assert.ok(then > 0 && then < ROWS, `it happened with ${then} rows counted`);
  assert.equal(await page.evaluate(() => globalThis.started.length), 4, "another one was started");
  const [row] = await readLedger(page);
  const records = await page.evaluate(() => Number(document.querySelector("[data-input] .number").textContent.replaceAll(",", "")));
  // None when the worker had none at that moment.
  const most = 8 * 2 ** 20 / 150;
  assert.ok(records > ROWS - most && records <= ROWS, `${records} rows: ${row.text}`);
  assert.equal(row.state, records === ROWS ? "read" : "incomplete", row.text);
}

for (const target of targets) {
  test(`${target.name}: several workers give the report of one`, async () => {
    const files = [large, ...caseFiles("relay-connector-captures-2010-list")];
    const read = (workers) => withWorkers(target, workers, async (page) => {
      await chooseFiles(page, files);
      await waitForReport(page);
      const started = await page.evaluate(() => globalThis.started.length);
      assert.equal(started, workers === 1 ? 1 : workers + 1);
      const { findings, rules } = await readReport(page);
      assert.ok(findings.length > 0);
      return { findings, rules, files: await readLedger(page) };
    });
    const one = await read(1);
    assert.match(one.files.map((row) => row.text).join("\n"), /200,000/);
    assert.deepEqual(await read(3), one);
  });
}

for (const target of pairs) {
  test(`${target.name}: a worker that dies takes one piece with it`, async () => {
    await withWorkers(target, 2, async (page) => {
      // As when the module traps: the browser reports it at the worker.
      await onceRowsAreCounted(page, 1, "die");
      await chooseFiles(page, [large]);
      await waitForReport(page);
      assert.equal(await page.evaluate(() => document.body.dataset.state), "done");
      await lostOnePieceAtMost(page);
    });
  });

  test(`${target.name}: a worker that hangs is ended and takes one piece with it`, async () => {
    const hang = () => withWorkers(target, 2, async (page) => {
      await onceRowsAreCounted(page, 1, "hang");
      await chooseFiles(page, [large]);
      await waitForReport(page);
      assert.equal(await page.evaluate(() => document.body.dataset.state), "done");
      // A worker that has done all its pieces when it hangs keeps nobody waiting, and is let be: then it has to hang anew.
      if (await page.evaluate(() => globalThis.ended) === 0) return false;
      await lostOnePieceAtMost(page);
      return true;
    }, 4000);
    let ended = false;
    for (let attempt = 0; attempt < 5 && !ended; attempt++) ended = await hang();
    assert.ok(ended, "a worker with work that hangs is ended");
  });
}

for (const target of pairs) {
  test(`${target.name}: when the only worker hangs, the page asks and goes on without the file`, async () => {
    await withWorkers(target, 1, async (page) => {
      const others = caseFiles("relay-connector-captures-2010-list");
      await chooseFiles(page, [...others, large]);
      await until(page, "the page says that nothing moves", () => document.querySelector(".stop[role=alert]")?.innerText.includes("MSGTRK"));
      assert.equal(await page.evaluate(() => document.body.dataset.state), "reading");
      const press = (at) => page.evaluate((at) => document.querySelectorAll(".stop .button")[at].click(), at);
      // Waiting is one way, and then it asks again; going on without the file is the other.
      await press(0);
      await until(page, "it waits", () => document.querySelector(".stop") === null);
      await until(page, "it asks again", () => document.querySelector(".stop[role=alert]") !== null);
      await press(1);
      await waitForReport(page);
      assert.equal(await page.evaluate(() => globalThis.ended), 1, "the worker was ended");
      assert.ok((await readReport(page)).findings.length > 0);
      const rows = await readLedger(page);
      assert.equal(rows.length, others.length + 1, "the file that was left out is in the list");
      assert.match(rows.map((row) => row.text).join("\n"), /MSGTRK[^\n]*\n[^\n]*\nLeft out\n/);
    }, 3000, AT_SECOND_PIECE);
  });

  test(`${target.name}: canceling ends all workers at once`, async () => {
    await withWorkers(target, 3, async (page) => {
      await chooseFiles(page, [large]);
      await until(page, "reading has begun", () => document.body.dataset.state === "reading" && globalThis.started.length === 4);
      const ms = await page.evaluate(() => new Promise((done) => {
        const start = performance.now();
        [...document.querySelectorAll("button")].find((button) => button.textContent.startsWith("Cancel")).click();
        const look = () => document.body.dataset.state === "reading" ? setTimeout(look, 1) : done(performance.now() - start);
        look();
      }));
      assert.ok(ms < 200, `${ms} ms`);
      assert.equal(await page.evaluate(() => globalThis.ended), 4);
    });
  });
}
