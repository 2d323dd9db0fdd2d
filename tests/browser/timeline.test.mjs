// The timeline: lanes, the range and what it narrows, keys, two clocks, and the way from a mark to its row. In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropContents, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const show = async (page, view) => {
  await page.evaluate((view) => { location.hash = `#/${view}`; }, view);
  await until(page, "the view is shown", (view) => document.querySelector(`main[data-view="${view}"] .grid, main[data-view="${view}"] .table-nothing`) !== null, view);
};
const rowCount = () => Number(document.querySelector(".grid")?.getAttribute("aria-rowcount") ?? 1) - 1;
const type = (page, id, text) => page.evaluate(([id, text]) => {
  const field = document.getElementById(id);
  field.value = text;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}, [id, text]);
const press = (page, text) => page.evaluate((text) => [...document.querySelectorAll("main .button")].find((b) => b.innerText.trim() === text).click(), text);

// Events of one day in UTC, and messages in local time, one hour ahead.
const EVENTS = [
  "Level,Date and Time,Source,Event ID,Task Category,Message",
  ...Array.from({ length: 24 }, (_, hour) => `Information,2019-03-12T${String(hour).padStart(2, "0")}:00:00Z,MSExchangeTransport,${2_000 + hour},General,Hour ${hour}`),
  "Error,2019-03-12T07:30:00Z,MSExchangeTransport,12014,General,No certificate for mail.contoso.com",
].join("\r\n");
const MESSAGES = [
  "\"Identity\",\"FromAddress\",\"Status\",\"Queue\",\"Subject\",\"DateReceived\",\"LastError\"",
  ...Array.from({ length: 12 }, (_, i) => `"EX1\\7\\${i}","anna@contoso.com","Retry","EX1\\7","Note ${i}","2019-03-12 ${String(i + 8).padStart(2, "0")}:30:00","451 4.4.0 DNS query failed"`),
].join("\r\n");

for (const target of targets) {
  test(`the range narrows the lanes and every table: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropContents(page, [{ name: "application.csv", bytes: EVENTS }, { name: "messages.csv", bytes: MESSAGES }]);
    await waitForReport(page);
    await page.keyboard.press("g");
    await page.keyboard.press("l");
    await until(page, "the lanes are drawn", () => document.querySelectorAll(".tl-lane").length >= 2);
    const all = await page.evaluate(rowCount);
    assert.ok(all >= 37, `${all} rows`);

    // Two clocks are told apart, and the reader lines them up.
    assert.match(await page.evaluate(() => document.querySelector(".tl-warning").innerText), /Two clocks/);
    assert.deepEqual(await page.evaluate(() => [...new Set([...document.querySelectorAll(".tl-clock")].map((c) => c.innerText))].sort()), ["UTC", "local time"]);
    await type(page, "tl-offset", "1");
    await until(page, "one clock", () => document.querySelector(".tl-warning") === null && document.querySelector("#tl-offset").value === "+01:00");
    await until(page, "local times are shown in UTC", () => ![...document.querySelectorAll(".grid-row .time:first-child")].some((cell) => !cell.innerText.endsWith("UTC")));
    await page.evaluate(() => { const list = document.querySelector("#tl-shown"); list.value = "local"; list.dispatchEvent(new Event("change", { bubbles: true })); });
    await until(page, "times are shown in local time", () => document.querySelector(".grid-row .time")?.innerText.endsWith("+01:00"));

    // A typed range, in the zone that is shown.
    await type(page, "tl-from", "08:15");
    await type(page, "tl-to", "2019-03-12 09:45");
    await until(page, "the range holds", () => document.querySelector("[data-range]")?.innerText.includes("2019-03-12 08:15:00 to 2019-03-12 09:45:00"));
    await until(page, "the table is narrowed", (all) => { const rows = document.querySelectorAll(".grid-row").length; return rows > 0 && rows < all; }, all);
    assert.match(await page.evaluate(() => document.querySelector(".tl-range").innerText), /1 h 30 min/);
    await type(page, "tl-from", "soon");
    await until(page, "what is wrong is said", () => document.querySelector(".tl-range .tl-wrong").innerText.includes("07:30"));

    // Keys: the range moves, is resized, and zooms.
    const range = () => [document.querySelector("#tl-from").value, document.querySelector("#tl-to").value].join(" ");
    await page.evaluate(() => document.querySelector(".tl-brush").focus());
    await page.keyboard.press("ArrowRight");
    await until(page, "it moved", () => document.querySelector("#tl-from").value === "2019-03-12 08:24:00");
    await page.keyboard.down("Shift");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.up("Shift");
    await until(page, "it was resized", () => document.querySelector("#tl-to").value === "2019-03-12 09:45:00");
    const before = await page.evaluate(range);
    await page.keyboard.press("-");
    await until(page, "it is longer", (before) => document.querySelector("#tl-from").value < before, before);

    // The range is that of all views, and each says so.
    await show(page, "queues");
    await page.evaluate(() => document.querySelector("button[data-table=messages]").click());
    await until(page, "messages are narrowed", () => document.querySelector(".grid[data-table=messages] .grid-row") !== null && document.querySelectorAll(".grid-row").length < 12);
    assert.match(await page.evaluate(() => document.querySelector("[data-range]").innerText), /^Received: /);
    // A table without times says that it is whole.
    await page.evaluate(() => document.querySelector("button[data-table=next-hops]").click());
    await until(page, "next hops are not narrowed", () => document.querySelector("[data-range=none]")?.innerText === "Not narrowed by time");
    await page.evaluate(() => document.querySelector("button[data-table=messages]").click());
    await until(page, "messages are narrowed again", () => document.querySelector("[data-range] button") !== null);
    await page.evaluate(() => document.querySelector("[data-range] button").click());
    await until(page, "all messages are back", () => document.querySelectorAll(".grid-row").length === 12 && document.querySelector("[data-range]") === null);

    // From an error to its row and its place in the file.
    await show(page, "timeline");
    await press(page, "Next error");
    await until(page, "the error is selected", () => document.querySelector(".grid-row.active")?.innerText.includes("12014"));
    const at = await page.evaluate(() => {
      const sign = document.querySelector(".tl-plot .tl-sign.critical");
      sign.scrollIntoView({ block: "center" });
      const { left, top } = sign.querySelector("path").getBoundingClientRect();
      return { x: left + 3, y: top + 3 };
    });
    await page.mouse.click(at.x, at.y);
    await until(page, "it is open", () => document.querySelector("#drawer")?.innerText.includes("No certificate for mail.contoso.com"));
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`tracking logs are counted, and the table says where to look: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles("healthy-day-of-message-tracking"));
    await waitForReport(page);
    await show(page, "queues");
    await page.evaluate(() => document.querySelector("button[data-table=tracking]").click());
    await until(page, "the table has no rows", () => document.querySelector(".table-nothing")?.innerText.includes("counted and not kept row by row"));
    const text = await page.evaluate(() => document.querySelector(".table-nothing").innerText);
    assert.match(text, /Slowest messages/);
    assert.doesNotMatch(text, /nothing of this kind/);
  }));

  test(`the range is dragged, and a flag leads to its problem: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles("connector-changed-just-before"));
    await waitForReport(page);
    await show(page, "timeline");
    await until(page, "a problem has a flag", () => document.querySelector(".tl-flag a") !== null);
    const strip = await page.evaluate(() => {
      const { left, top, width, height } = document.querySelector(".tl-strip").getBoundingClientRect();
      return { left, top, width, height };
    });
    const y = strip.top + strip.height / 2;
    await page.mouse.move(strip.left + strip.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(strip.left + strip.width * 0.5, y, { steps: 3 });
    await page.mouse.up();
    await until(page, "the range is a quarter", () => document.querySelector("[data-range]") !== null);
    const part = await page.evaluate(() => document.querySelector(".tl-brush").getBoundingClientRect().width / document.querySelector(".tl-strip").getBoundingClientRect().width);
    assert.ok(Math.abs(part - 0.25) < 0.01, `${part}`);
    await press(page, "All times");
    await until(page, "all is shown", () => document.querySelector("[data-range]") === null && document.querySelector(".tl-flag a") !== null);
    // Nothing on the way from the worker is a style attribute, which the policy would refuse.
    assert.equal(await page.evaluate(() => document.querySelectorAll(".timeline [style]").length), 0);
    await page.evaluate(() => document.querySelector(".tl-flag a").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })));
    await until(page, "the problem is shown", () => document.querySelector("main[data-view=diagnosis] .problem") !== null);
    assert.deepEqual(page.problems, []);
  }));
}
