// Tables: rows, filter, order, columns, keys and their switch, the drawer, CSV; and a table that is far longer than the screen. In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropContents, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const CASE = "relay-connector-captures-2010-list";

const show = async (page, view, table) => {
  await page.evaluate((view) => { location.hash = `#/${view}`; }, view);
  await until(page, "the view is shown", (view) => document.querySelector(`main[data-view="${view}"] .filter-row`) !== null, view);
  if (table) {
    await page.evaluate((table) => document.querySelector(`button[data-table="${table}"]`)?.click(), table);
    await until(page, "the table is shown", (table) => document.querySelector(`.grid[data-table="${table}"] .grid-row, .table-nothing`) !== null, table);
  }
};
const rows = (page) => page.evaluate(() => [...document.querySelectorAll(".grid-row")].map((row) => [...row.children].map((cell) => cell.innerText)));
const filter = (page, text) => page.evaluate((text) => {
  const field = document.querySelector(".filter");
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}, text);
const rowCount = (page) => page.evaluate(() => Number(document.querySelector(".grid")?.getAttribute("aria-rowcount") ?? 1) - 1);
// What the page saves, without a file: the text of the last link that was made for it.
const catchSaved = (page) => page.evaluate(() => {
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return make(blob); };
});

for (const target of targets) {
  test(`a row leads to the problem that holds its mail: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await show(page, "queues", "queues");
    await filter(page, "10-01 3518");
    await until(page, "the filter holds", () => document.querySelectorAll(".grid-row").length === 1);
    await page.evaluate(() => document.querySelector(".grid-row").click());
    const said = await until(page, "the row names its problem", () => document.querySelector("#drawer .row-problems li")?.innerText);
    assert.match(said, /^Problem 1: .+\n?\s*It holds up \d+ messages of this queue\.$/s);
    await page.evaluate(() => document.querySelector("#drawer .row-problems a").click());
    await until(page, "the problem is shown", () => location.hash === "#/diagnosis" && document.querySelector("main[data-view=diagnosis] #problem-1") !== null);

    // A queue that nothing holds leads nowhere.
    await show(page, "queues", "queues");
    await filter(page, "submission 10-02");
    await until(page, "another queue", () => document.querySelectorAll(".grid-row").length === 1 && document.querySelector(".grid-row").innerText.includes("Submission"));
    await page.evaluate(() => document.querySelector(".grid-row").click());
    await until(page, "its row is open", () => document.querySelector("#drawer .row-fields")?.innerText.includes("Submission"));
    assert.equal(await page.$("#drawer .row-problems"), null);
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`queues are filtered, sorted, opened and saved: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await page.keyboard.press("g");
    await page.keyboard.press("q");
    await show(page, "queues", "queues");
    const all = await rowCount(page);
    assert.equal((await rows(page)).length, all);
    assert.equal(await page.evaluate(() => document.querySelector(".table-foot").innerText.includes("338")), true);

    await filter(page, "retry -10-02");
    await until(page, "the filter holds", () => document.querySelectorAll(".grid-row").length === 1);
    assert.match((await rows(page))[0].join(" "), /EX10-01\\3518 .*Retry/);
    await page.evaluate(() => [...document.querySelectorAll(".filter-row .button")].find((b) => b.innerText === "Mark").click());
    await until(page, "all rows are back, one marked", (all) => document.querySelectorAll(".grid-row").length === all && document.querySelectorAll(".grid-row.marked").length === 1, all);
    await filter(page, "nowhere");
    await page.evaluate(() => [...document.querySelectorAll(".filter-row .button")].find((b) => b.innerText === "Mark").click());
    await until(page, "nothing is said in words", () => document.querySelector(".table-nothing")?.innerText.includes("Without the filter"));
    await page.evaluate(() => document.querySelector(".table-nothing .button").click());
    await until(page, "the filter is gone", (all) => document.querySelectorAll(".grid-row").length === all, all);

    const sort = (title) => page.evaluate((title) => [...document.querySelectorAll(".sort")].find((b) => b.innerText.startsWith(title)).click(), title);
    await sort("Queue");
    await until(page, "sorted", () => document.querySelector("[aria-sort=ascending]") !== null && document.querySelector(".grid-row").innerText.startsWith("EX10-01\\3496"));
    await sort("Queue");
    await until(page, "sorted the other way", () => document.querySelector("[aria-sort=descending]") !== null && document.querySelector(".grid-row").innerText.startsWith("EX10-02\\Submission"));
    await sort("Queue");
    await until(page, "in the own order", () => document.querySelector("[aria-sort=descending]") === null && document.querySelector(".grid-row").innerText.startsWith("EX10-01\\3518"));

    await page.focus(".grid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await until(page, "the second row is active", () => document.querySelector(".grid").getAttribute("aria-activedescendant") === document.querySelectorAll(".grid-row")[1].id);
    await page.keyboard.press("Enter");
    await until(page, "its lines are shown", () => document.querySelector("#drawer li.current") !== null);
    const drawer = await page.evaluate(() => document.querySelector("#drawer").innerText);
    for (const text of ["EX10-02\\2219", "SmtpRelayWithinAdSite", "Primary target IP address", "get-queue"]) assert.ok(drawer.includes(text), text);
    await page.keyboard.press("Escape");
    await until(page, "the drawer is closed and the grid has the focus", () => document.querySelector("#drawer") === null && document.activeElement.classList.contains("grid"));
    await page.keyboard.press("Home");
    await page.keyboard.press("e");
    await until(page, "the next row that stands out is active", () => document.querySelector(".grid-row.active")?.innerText.includes("EX10-02\\2219"));

    await page.evaluate(() => { const menu = document.querySelector(".columns:not(.kept)"); menu.open = true; [...menu.querySelectorAll("label")].find((l) => l.innerText === "Last error").click(); });
    await until(page, "a column more", () => [...document.querySelectorAll(".sort")].some((b) => b.innerText === "Last error"));
    await catchSaved(page);
    await page.evaluate(() => document.querySelector("[data-way=csv]").click());
    const csv = await until(page, "the table is saved", () => window.saved);
    assert.equal(csv.trim().split("\r\n").length, all + 1);
    assert.ok(csv.includes("Queue,Server,Next hop"));
    assert.deepEqual(page.problems, []);
  }));

  test(`rows are copied as text and saved without the names of the site: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await show(page, "queues", "queues");
    await page.evaluate(() => {
      const clipboard = { writeText: async (text) => { window.pasted = text; } };
      Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
    });
    const all = await rowCount(page);
    const take = async (way) => {
      await page.evaluate(() => {
        const button = document.querySelector(".ways-out summary");
        button.focus();
        button.click();
      });
      await until(page, "the menu is open", () => document.querySelector(".ways-out").open);
      await page.click(`[data-way=${way}]`);
      await until(page, "the menu is closed, and its button has the focus", () => !document.querySelector(".ways-out").open && document.activeElement.matches(".ways-out summary"));
    };
    await take("text");
    await until(page, "it is said", () => document.querySelector(".table-foot .copied") !== null);
    assert.equal(await page.evaluate(() => document.querySelector(".table-foot .copied").innerText), `${all} rows copied`);
    const pasted = await page.evaluate(() => window.pasted.split("\r\n"));
    assert.equal(pasted.length, all + 1);
    const titles = await page.evaluate(() => [...document.querySelectorAll(".sort")].map((button) => button.innerText.trim()));
    assert.deepEqual(pasted[0].split("\t"), titles);
    await filter(page, "retry -10-02");
    await until(page, "the filter holds, and nothing is said of other rows", () => document.querySelectorAll(".grid-row").length === 1 && document.querySelector(".table-foot .copied") === null);

    await catchSaved(page);
    await take("redacted");
    const csv = await until(page, "the row is saved", () => window.saved);
    assert.equal(csv.trim().split("\r\n").length, 2);
    assert.ok(csv.includes("Queue,Server,Next hop"));
    assert.equal(/EX10-0/i.test(csv), false, csv);
    assert.deepEqual(page.problems, []);
  }));

  test(`rows are sorted by keyboard, and single keys keep to their place: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await show(page, "queues", "queues");
    const heading = () => page.evaluate(() => document.activeElement.closest("[role=columnheader]")?.innerText.trim());
    const titles = await page.evaluate(() => [...document.querySelectorAll(".sort")].map((button) => button.innerText.trim()));
    await page.focus(".grid");
    await page.keyboard.press("Tab");
    assert.equal(await heading(), titles[0], "Tab goes from the grid to its headings");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await heading(), titles[2]);
    await until(page, "it is the stop of its row", () => document.activeElement.tabIndex === 0 && document.querySelectorAll('.sort[tabindex="0"]').length === 1);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await heading(), titles[0], "there is none before the first");
    await page.keyboard.press("Enter");
    await until(page, "sorted", () => document.querySelector("[role=columnheader]").getAttribute("aria-sort") === "ascending" && document.querySelector(".grid-row").innerText.startsWith("EX10-01\\3496"));
    await page.keyboard.press(" ");
    await until(page, "sorted the other way", () => document.querySelector("[role=columnheader]").getAttribute("aria-sort") === "descending");
    assert.equal(await heading(), titles[0], "the focus stays");
    await page.keyboard.press("Enter");
    await until(page, "in the own order", () => document.querySelector("[role=columnheader]").getAttribute("aria-sort") === "none");
    assert.equal(await page.$("#drawer"), null, "no row was opened");
    await page.keyboard.press("ArrowDown");
    assert.ok(await page.evaluate(() => document.activeElement.matches(".grid")), "down goes to the rows");

    // What is about the current problem acts where that can be seen.
    await page.keyboard.press("1");
    await page.keyboard.press("c");
    assert.equal(await page.$("#drawer"), null);
    assert.ok(await page.$('main[data-view="queues"]'));
    await page.keyboard.press("Home");
    await until(page, "the first row is active", () => document.querySelector(".grid-row.active")?.getAttribute("aria-rowindex") === "2");
    await page.keyboard.press("g");
    await page.keyboard.press("e");
    await until(page, "the letter after g names a view", () => document.querySelector('main[data-view="events"]') !== null);
    await show(page, "queues", "queues");
    await until(page, "a row is active", () => document.querySelector(".grid").hasAttribute("aria-activedescendant"));
    assert.equal(await page.evaluate(() => document.querySelector(".grid").getAttribute("aria-activedescendant")), "queues-0", "and searches nothing");

    // Switched off in About, they do nothing; what is no letter stays.
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await until(page, "About is shown", () => document.querySelector("[data-keys]") !== null);
    await page.evaluate(() => document.querySelector("[data-keys]").lastElementChild.click());
    await until(page, "they are off", () => document.querySelector("[data-keys]").lastElementChild.getAttribute("aria-pressed") === "true");
    assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), { "queuescope-keys": "off" });
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.keyboard.press("?");
    await new Promise((done) => setTimeout(done, 200));
    assert.ok(await page.$('main[data-view="about"]'));
    assert.equal(await page.$("dialog[open]"), null);
    await show(page, "queues", "queues");
    await page.focus(".grid");
    await page.keyboard.press("Home");
    await page.keyboard.press("e");
    await until(page, "a row is active again", () => document.querySelector(".grid").hasAttribute("aria-activedescendant"));
    await page.keyboard.press("Enter");
    await until(page, "a row is open", () => document.querySelector("#drawer") !== null);
    assert.equal(await page.evaluate(() => document.querySelector(".grid").getAttribute("aria-activedescendant")), "queues-0");
    await page.keyboard.press("Escape");
    await until(page, "it is closed", () => document.querySelector("#drawer") === null);
    await page.evaluate(() => { location.hash = "#/about"; });
    await until(page, "About is shown again", () => document.querySelector("[data-keys]") !== null);
    await page.evaluate(() => document.querySelector("[data-keys]").firstElementChild.click());
    await until(page, "nothing is stored any more", () => localStorage.length === 0);
    assert.deepEqual(page.problems, []);
  }));

  test(`the menu of columns closes by Escape, by a click outside, and when the focus leaves: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await show(page, "queues", "queues");
    await page.focus(".grid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(page, "a row is open", () => document.querySelector("#drawer") !== null);
    const isOpen = () => page.evaluate(() => document.querySelector(".columns:not(.kept)").open);
    const openMenu = async () => {
      await page.focus(".columns:not(.kept) summary");
      await page.keyboard.press("Enter");
      await until(page, "the menu is open", () => document.querySelector(".columns:not(.kept)").open);
    };
    await openMenu();
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement.matches(".columns:not(.kept) input")) && await isOpen(), "the focus is in the menu, which stays open");
    await page.keyboard.press("Escape");
    await until(page, "it is closed, and its button has the focus", () => !document.querySelector(".columns:not(.kept)").open && document.activeElement.matches(".columns:not(.kept) summary"));
    assert.ok(await page.$("#drawer"), "the drawer behind it stays");
    await openMenu();
    await page.click(".table-view h1");
    await until(page, "a click outside closes it", () => !document.querySelector(".columns:not(.kept)").open);
    await openMenu();
    await page.focus(".ways-out summary");
    await until(page, "a focus elsewhere closes it", () => !document.querySelector(".columns:not(.kept)").open);
    assert.deepEqual(page.problems, []);
  }));

  test(`a table of fifty thousand messages is scrolled to its end: ${target.name}`, () => withPage(target, {}, async (page) => {
    const lines = ["\"Identity\",\"FromAddress\",\"Status\",\"Queue\",\"Subject\",\"DateReceived\",\"LastError\""];
    for (let i = 1; i <= 50_000; i++) {
      lines.push(`"EX1\\7\\${i}","user${i % 900}@contoso.com","Retry","EX1\\7","Note ${i}","2019-03-12 08:00:00","451 4.4.0 DNS query failed"`);
    }
    await dropContents(page, [{ name: "messages.csv", bytes: lines.join("\r\n") }]);
    await waitForReport(page);
    await show(page, "queues", "messages");
    assert.equal(await rowCount(page), 50_000);
    assert.ok((await rows(page)).length < 100, "only what is seen is drawn");
    await page.focus(".grid");
    await page.keyboard.press("End");
    await until(page, "the last row is shown", () => document.querySelector(".grid-row.active")?.innerText.includes("Note 50000"));
    assert.equal(await page.evaluate(() => document.querySelector(".grid-row.active").getAttribute("aria-rowindex")), "50001");
    await page.evaluate(() => { document.querySelector(".grid").scrollTop = 28 * 20_000; });
    await until(page, "the middle is shown", () => [...document.querySelectorAll(".grid-row")].some((row) => row.innerText.includes("Note 20001")));
    await filter(page, "\"note 33333\"");
    await until(page, "one of them is found", () => document.querySelectorAll(".grid-row").length === 1 && document.querySelector(".grid-row").innerText.includes("Note 33333"));
    assert.deepEqual(page.problems, []);
  }));
}
