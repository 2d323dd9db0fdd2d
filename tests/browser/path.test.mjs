// The path of a message: steps of two servers' tracking logs, of a session between them and of a queue, with what they took; a
// step opens its line and the row's own line comes back; clocks put all into one order; nothing moves while the logs are searched.
// In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropContents, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const CASE = "message-late-over-two-servers";

const openTable = async (page, id) => {
  await page.evaluate(() => { location.hash = "#/queues"; });
  await until(page, "the tables are shown", (id) => document.querySelector(`button[data-table="${id}"]`) !== null, id);
  await page.evaluate((id) => document.querySelector(`button[data-table="${id}"]`).click(), id);
  await until(page, "its rows are shown", (id) => document.querySelector(`.grid[data-table="${id}"] .grid-row`) !== null, id);
};
const openRow = async (page) => {
  await page.focus(".grid");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(page, "the logs are searched", () => / logs? searched$| to search$/.test(document.querySelector("#path-said")?.innerText ?? ""));
};
const openCase = async (page) => {
  await dropFiles(page, caseFiles(CASE));
  await waitForReport(page);
};
const steps = (page) => page.evaluate(() => [...document.querySelectorAll(".path-step")].map((step) => ({
  time: step.querySelector(".path-time").innerText, server: step.querySelector(".path-server").innerText,
  event: step.querySelector(".path-event").innerText, after: step.querySelector(".path-after")?.innerText ?? "",
  rest: step.querySelector(".path-rest").innerText,
})));
const current = (page, line) => until(page, `line ${line} is shown in its place`, (line) => {
  const [now, frame] = [document.querySelector("#drawer li.current"), document.querySelector("#drawer .raw-scroll")].map((one) => one?.getBoundingClientRect());
  return now && document.querySelector("#drawer li.current").dataset.line === `${line}` && now.top >= frame.top && now.bottom <= frame.bottom;
}, line);

for (const target of targets) {
  test(`a message's path over two servers, and the lines of its steps: ${target.name}`, () => withPage(target, {}, async (page) => {
    await openCase(page);
    await openTable(page, "slow-messages");
    await openRow(page);
    const all = await steps(page);
    assert.deepEqual(all.map(({ time, server, event }) => [time.slice(11, 19), server, event]), [
      ["06:03:00", "EX19-01", "RECEIVE"],
      ["06:03:04", "EX19-02", "250 2.6.0 <…> [InternalId=71040, Hostname=EX19-02.contoso.com] 9342 bytes in 0.143, 63.6 KB/sec Queued mail for delivery"],
      ["06:03:04", "EX19-02.contoso.com", "RECEIVE"],
      ["06:03:04", "EX19-01", "SEND"],
      ["06:03:05", "EX19-02", "DEFER"],
      ["06:08:05", "EX19-02", "DEFER"],
      ["06:13:05", "EX19-02", "DEFER"],
      ["06:18:00", "EX19-02", "DELIVER"],
    ]);
    assert.match(all[5].after, /longest wait/);
    assert.match(all[5].after, /5 min 0 s after the step before/);
    assert.match(all[1].rest, /session 08DC740000000028.*SMTP receive log/);
    assert.match(all[4].rest, /throttling limit exceeded/);
    const told = await page.evaluate(() => [document.querySelector("#path-said").innerText, document.querySelector(".path-hops").innerText.replaceAll(/\s+/g, " ")]);
    assert.equal(told[0], "8 steps on 2 servers · 14 min 59 s from the first to the last · 3 logs searched");
    assert.match(told[1], /EX19-01 4 s.*EX19-02 14 min 55 s/);

    // A step shows its line; the list stays, and the row's own line comes back.
    await page.evaluate(() => { const step = document.querySelectorAll(".path-open")[1]; step.focus(); step.click(); });
    await until(page, "the session is shown", () => document.querySelector("#drawer .drawer-file .path").innerText.endsWith("RECV2024051406-1.LOG"));
    await until(page, "with its line", () => document.querySelector("#drawer li.current mark")?.innerText === "offer-4711@ex19-01.contoso.com");
    assert.deepEqual(await page.evaluate(() => [document.activeElement.getAttribute("aria-pressed"), document.querySelector("#path-row").getAttribute("aria-pressed")]), ["true", "false"]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(page, "the next one by the keys", () => document.querySelector("#drawer .drawer-file .path").innerText.includes("MSGTRK2024051406-1"));
    const line = await until(page, "its line", () => document.querySelector("#drawer li.current")?.dataset.line);
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await until(page, "another line of the same file", (line) => { const now = document.querySelector("#drawer li.current"); return now && now.dataset.line !== line && now.innerText.includes("DELIVER"); }, line);
    const own = await page.evaluate(() => { const open = document.querySelector("#path-row"); open.focus(); open.click(); return document.querySelectorAll(".path-step").length; });
    assert.equal(own, 8);
    await until(page, "the row's own line", () => document.querySelector("#path-row").getAttribute("aria-pressed") === "true" && document.querySelector("#drawer li.current")?.innerText.includes("DELIVER"));
    await page.keyboard.press("Escape");
    await until(page, "the drawer is closed and the table has the focus", () => document.querySelector("#drawer") === null && document.activeElement.closest(".grid") !== null);
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`clocks put a queue and the logs into one order, in German: ${target.name}`, () => withPage(target, { languages: "de-DE,de" }, async (page) => {
    await openCase(page);
    await openTable(page, "messages");
    await page.focus(".grid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(page, "the logs are searched", () => document.querySelector("#path-said")?.innerText.endsWith("3 Protokolle durchsucht"));
    const apart = await steps(page);
    assert.deepEqual([apart.length, apart.at(-1).event, apart.at(-1).time, apart.at(-1).after], [7, "DateReceived", "2024-05-14 08:41:04", ""]);
    assert.match(await page.evaluate(() => document.querySelector(".path-remarks").innerText), /Zeiten von zwei Uhren/);
    await page.evaluate(() => document.querySelector("#path-clocks").click());
    await until(page, "the timeline, with the message beside it", () => document.querySelector('main[data-view="timeline"]') !== null && document.querySelector("#path") !== null);
    await page.evaluate(() => {
      const field = document.querySelector("#tl-offset");
      field.value = "+02:00";
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await until(page, "the message in the queue among the others", () => [...document.querySelectorAll(".path-step")].findIndex((step) => step.innerText.includes("DateReceived")) === 1);
    const aligned = await steps(page);
    assert.equal(aligned[1].time, "2024-05-14 06:41:04 UTC");
    assert.match(aligned[1].rest, /Warteschlange EX19-02\\9 · Retry/);
    assert.match(aligned[1].after, /nach dem vorigen Schritt/);
    assert.deepEqual(page.problems, []);
  }));

  test(`nothing moves while many logs are searched, and closing ends it: ${target.name}`, () => withPage(target, { beforeLoad: countMoves }, async (page) => {
    const id = "offer@contoso.com";
    const header = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: Message Tracking Log\r\n#Date: 2024-05-14T00:00:00.000Z\r\n#Fields: date-time,event-id,source,message-id,server-hostname,sender-address\r\n";
    const noise = Array.from({ length: 400 }, (_, n) => `2024-05-14T05:${String(n % 60).padStart(2, "0")}:00.000Z,RECEIVE,SMTP,<n${n}@contoso.com>,EX1,a@contoso.com\r\n`).join("");
    const logs = Array.from({ length: 40 }, (_, n) => ({
      name: `EX${n}-MSGTRK20240514${String(n).padStart(3, "0")}-1.LOG`,
      bytes: `${header}${noise}2024-05-14T06:${String(n % 60).padStart(2, "0")}:0${n % 10}.000Z,RESUBMIT,REDUNDANCY,<${id}>,EX${n},a@contoso.com\r\n`,
    }));
    const tracking = `"Timestamp","EventId","Source","ServerHostname","MessageId","Sender"\r\n"5/14/2024 6:00:00 AM","RECEIVE","SMTP","EX0","<${id}>","a@contoso.com"\r\n`;
    await dropContents(page, [...logs, { name: "tracking.csv", bytes: tracking }]);
    await waitForReport(page);
    await openTable(page, "tracking");
    await page.focus(".grid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(page, "the first step", () => document.querySelectorAll(".path-step").length > 0);
    await page.evaluate(() => { window.boxes = []; window.watch(); });
    await until(page, "all steps", () => document.querySelectorAll(".path-step").length === 41 && document.querySelector("#path-said").innerText.endsWith("40 logs searched"));
    const boxes = await page.evaluate(() => [...new Set(window.boxes)]);
    assert.equal(boxes.length, 1, `the path, the row and the lines stay where they are: ${boxes.join(" | ")}`);

    // Another message ends the search of this one; closing ends all.
    await page.keyboard.press("Escape");
    await until(page, "closed", () => document.querySelector("#drawer") === null);
    await page.keyboard.press("Enter");
    await until(page, "what was found is there at once", () => document.querySelectorAll(".path-step").length === 41);
    assert.deepEqual(page.problems, []);
  }));
}

// Notes in every frame where the parts of the drawer lie.
function countMoves(page) {
  return page.evaluateOnNewDocument(() => {
    window.watch = () => {
      const box = (selector) => {
        const at = document.querySelector(selector)?.getBoundingClientRect();
        return at ? [at.top, at.height].map(Math.round).join("+") : "";
      };
      window.boxes.push(["#path", "#drawer .row-fields", "#drawer .raw-frame"].map(box).join(" "));
      requestAnimationFrame(window.watch);
    };
  });
}
