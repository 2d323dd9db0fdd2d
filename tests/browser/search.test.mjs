// Search: lines of all files are found as text and as a pattern, shown by file, opened in the drawer; what was not searched is
// said; a new drop forgets it. In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropContents, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const CASE = "relay-connector-captures-2010-list";
const WITH_MESSAGES = "store-missing-from-routing-table";
const EVENTS = caseFiles("submission-1009-evtx").filter((path) => path.endsWith(".evtx"));

const type = (page, text) => page.evaluate((text) => {
  const field = document.querySelector("#search-field");
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}, text);
const said = (page, text) => until(page, `it says ${text}`, (text) => document.querySelector("#search-said")?.innerText.includes(text), text);
const lines = (page) => page.evaluate(() => [...document.querySelectorAll(".search-hit")].map((hit) => Number(hit.dataset.line)));
const openCase = async (page, files) => {
  await dropFiles(page, files);
  await waitForReport(page);
  await page.keyboard.press("/");
  await until(page, "the field has the focus", () => document.activeElement.id === "search-field");
};

for (const target of targets) {
  test(`lines are found, and open in the drawer: ${target.name}`, () => withPage(target, {}, async (page) => {
    await openCase(page, [...caseFiles(CASE), ...EVENTS]);
    assert.deepEqual(await page.evaluate(() => [document.querySelector("#search-field").value, document.querySelector("label[for=search-field]").innerText]), ["", "Search for"]);
    await page.keyboard.type("primary target IP");
    await said(page, "2 lines in 1 file");
    assert.deepEqual(await lines(page), [56, 133]);
    assert.equal(await page.evaluate(() => document.querySelector(".search-hit mark").innerText), "Primary target IP");
    assert.match(await page.evaluate(() => document.querySelector(".search-file h2").innerText), /get-queue\.txt 2 lines/);
    const without = await until(page, "what was not searched is said", () => document.querySelector("#search-without")?.innerText);
    assert.match(without, /1 file was not searched/);
    assert.match(without, /\.evtx/);

    for (const line of [56, 133]) {
      await page.evaluate((line) => { const hit = document.querySelector(`.search-hit[data-line="${line}"]`); hit.focus(); hit.click(); }, line);
      await until(page, `line ${line} is shown in its place`, (line) => {
        const [now, frame] = [document.querySelector("#drawer li.current"), document.querySelector("#drawer .raw-scroll")].map((one) => one?.getBoundingClientRect());
        return now && document.querySelector("#drawer li.current").dataset.line === `${line}` && now.top >= frame.top && now.bottom <= frame.bottom;
      }, line);
    }
    assert.equal(await page.evaluate(() => document.querySelector("#drawer li.current mark").innerText), "Primary target IP");
    assert.equal(await page.evaluate(() => document.querySelector("#drawer h2").innerText), "Line found");
    await page.keyboard.press("Escape");
    await until(page, "the drawer is closed and the line has the focus", () => document.querySelector("#drawer") === null && document.activeElement.dataset.line === "133");
    assert.equal(await page.evaluate(() => location.hash), "#/search");
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`case, patterns, and nothing found: ${target.name}`, () => withPage(target, {}, async (page) => {
    await openCase(page, caseFiles(CASE));
    await page.evaluate(() => document.querySelector("#search-case").click());
    await type(page, "primary target IP");
    await said(page, "No line of the 5 files that were searched has this.");
    await said(page, "told apart");
    await page.evaluate(() => document.querySelector("#search-case").click());
    await said(page, "2 lines");

    await page.evaluate(() => document.querySelector("#search-regex").click());
    await type(page, "(primary");
    await said(page, "This pattern cannot be used: unclosed group");
    assert.equal(await page.evaluate(() => document.querySelector("#search-field").getAttribute("aria-invalid")), "true");
    assert.deepEqual(await lines(page), []);
    await type(page, "EX10-0[12]\\\\35\\d\\d$");
    await until(page, "the pattern finds lines", () => document.querySelector(".search-hit mark")?.innerText.startsWith("EX10-01\\35"));

    // Of many lines some are shown, and all are counted.
    await type(page, ".");
    await until(page, "ten lines of a file", () => [...document.querySelectorAll(".search-file")].some((file) => file.querySelector("h2").innerText.includes("get-queue") && file.querySelectorAll(".search-hit").length === 10));
    await said(page, "5 of 5 files searched");
    await page.evaluate(() => [...document.querySelectorAll(".search-file")].find((file) => file.querySelector("h2").innerText.includes("get-queue")).querySelector("button.search-more").click());
    await until(page, "a hundred, and a word on the others", () => [...document.querySelectorAll(".search-file")].some((file) => file.querySelectorAll(".search-hit").length === 100 && file.querySelector("p.search-more").innerText.startsWith("The first 100 of ")));

    // It stays while another view is shown; a new drop forgets it.
    await page.evaluate(() => { location.hash = "#/files"; });
    await until(page, "another view", () => document.querySelector('main[data-view="files"]') !== null);
    await page.evaluate(() => { location.hash = "#/search"; });
    await until(page, "it is still there", () => document.querySelectorAll(".search-hit").length > 100 && document.querySelector("#search-field").value === ".");
    await dropContents(page, [{ name: "more.txt", bytes: Buffer.from("nothing that is known\n") }]);
    await until(page, "it is forgotten", () => document.querySelector("#search-field")?.value === "" && document.querySelector(".search-hit") === null);
    assert.deepEqual(page.problems, []);
  }));

  test(`a message of a table is searched in all lines, in German: ${target.name}`, () => withPage(target, { languages: "de-DE,de" }, async (page) => {
    await dropFiles(page, caseFiles(WITH_MESSAGES));
    await waitForReport(page);
    await page.evaluate(() => { location.hash = "#/queues"; });
    await until(page, "the tables are shown", () => document.querySelector('button[data-table="messages"]') !== null);
    await page.evaluate(() => document.querySelector('button[data-table="messages"]').click());
    await until(page, "messages are shown", () => document.querySelector('.grid[data-table="messages"] .grid-row') !== null);
    await page.focus(".grid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(page, "a row is open", () => document.querySelector("#drawer #search-message") !== null);
    assert.equal(await page.evaluate(() => document.querySelector("#search-message").innerText), "Diese Nachricht in allen Zeilen suchen");
    await page.evaluate(() => document.querySelector("#search-message").click());
    await until(page, "the line of the message is found", () => document.querySelector(".search-hit mark")?.innerText === document.querySelector("#search-field").value);
    const seen = await page.evaluate(() => [document.querySelector("label[for=search-field]").innerText, document.activeElement.id, document.querySelector("#search-field").value]);
    assert.deepEqual(seen.slice(0, 2), ["Suchen nach", "search-field"]);
    assert.match(seen[2], /^[^<]+@[^>]+$/);
    await said(page, "1 Zeile in 1 Datei");
    assert.equal(await page.evaluate(() => location.hash), "#/search");
    assert.deepEqual(page.problems, []);
  }));
}
