// Connectors: who answers whom, one cell in full, any address, the filter, the keys, and the tables beside it. In every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const CASE = "relay-connector-captures-2010-list";

const matrix = (page) => page.evaluate(() => ({
  columns: [...document.querySelectorAll(".matrix thead th[scope=col]")].slice(1).map((head) => head.innerText.replace(/\s+/g, " ")),
  rows: [...document.querySelectorAll(".matrix tbody tr")].map((row) => ({
    source: row.querySelector("th[scope=row]").innerText.replace(/\s+/g, " "),
    cells: [...row.querySelectorAll("td")].map((cell) => ({ wrong: cell.classList.contains("wrong"), text: cell.textContent.trim() })),
  })),
}));
const type = (page, selector, text) => page.evaluate((selector, text) => {
  const field = document.querySelector(selector);
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}, selector, text);

for (const target of targets) {
  test(`who answers whom is shown, asked and explained: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles(CASE));
    await waitForReport(page);
    await page.keyboard.press("g");
    await page.keyboard.press("n");
    await until(page, "the matrix is shown", () => document.querySelector('main[data-view="connectors"] .matrix tbody tr') !== null);
    const { columns, rows } = await matrix(page);
    assert.ok(columns.some((name) => name.startsWith("EX16-01 :25")), columns.join());
    const old = rows.find((row) => row.source.startsWith("EX10-01"));
    const at = columns.findIndex((name) => name.startsWith("EX16-01 :25") && !name.includes(":2525"));
    assert.ok(old.cells[at].wrong, JSON.stringify(old));
    assert.match(old.cells[at].text, /^Wrong connector: .*Relay.* lacks ExchangeServer$/);
    assert.ok(rows.filter((row) => row.source.startsWith("EX16")).every((row) => row.cells.every((cell) => !cell.wrong)));

    // One cell is in the order of the Tab key, and the arrows move.
    assert.equal(await page.evaluate(() => document.querySelectorAll('.matrix-cell[tabindex="0"]').length), 1);
    await page.focus('.matrix-cell[tabindex="0"]');
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await until(page, "the focus moved", (last) => document.activeElement.id === `answer-1-${last}`, columns.length - 1);

    await page.evaluate(() => document.querySelector("td.wrong .matrix-cell").click());
    await until(page, "the answer is there", () => document.querySelector(".choice") !== null);
    const answer = await page.evaluate(() => document.querySelector(".choice").innerText);
    for (const text of ["does not offer what an Exchange server needs", "lacks ExchangeServer", "wins", "then answers", "Problem 1"]) {
      assert.ok(answer.includes(text), `${text}\n${answer}`);
    }
    await page.evaluate(() => document.querySelector(".candidates .wins .link").click());
    await until(page, "its lines are in the drawer", () => document.querySelector("#drawer li.current") !== null);
    assert.ok((await page.evaluate(() => document.querySelector("#drawer").innerText)).includes("RemoteIPRanges"));
    await page.keyboard.press("Escape");

    await type(page, "#source-address", "192.0.2");
    await page.evaluate(() => document.querySelector(".ask button").click());
    await until(page, "what is no address is refused in words", () => document.querySelector("#source-refused").innerText.includes("no address"));
    await type(page, "#source-address", "203.0.113.7");
    await page.evaluate(() => document.querySelector(".ask button").click());
    await until(page, "the address is the first source", () => document.querySelector(".matrix tbody th").innerText.includes("203.0.113.7"));

    await type(page, "input.filter", "EX16-02");
    await until(page, "only columns and rows of the server", () => {
      const heads = [...document.querySelectorAll(".matrix thead th")].slice(1);
      return heads.length > 0 && heads.every((head) => head.innerText.startsWith("EX16-02"));
    });
    await type(page, "input.filter", "nowhere");
    await until(page, "nothing is said in words", () => document.querySelector(".table-nothing")?.innerText.includes("No source"));
    await page.evaluate(() => document.querySelector(".table-nothing .button").click());
    await until(page, "the filter is gone", (all) => document.querySelectorAll(".matrix thead th").length === all + 1, columns.length);

    await page.evaluate(() => document.querySelector('button[data-table="receive-connectors"]').click());
    await until(page, "the table is shown", () => document.querySelector('.grid[data-table="receive-connectors"] .grid-row') !== null);
    await page.evaluate(() => document.querySelector('button[data-table="matrix"]').click());
    await until(page, "the matrix is back", () => document.querySelector(".matrix") !== null);
    assert.deepEqual(page.problems, []);
  }));

  test(`permissions and the directory are tables: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles("legacy-server-permissions-cut"));
    await waitForReport(page);
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await until(page, "rights are shown", () => document.querySelector('main[data-view="permissions"] .grid[data-table="required-rights"] .grid-row') !== null);
    assert.ok((await page.evaluate(() => document.querySelector(".grid").innerText)).includes("Missing"));
    await page.focus(".grid");
    await page.keyboard.press("e");
    await until(page, "a row that stands out is active", () => document.querySelector(".grid-row.active")?.innerText.includes("Missing"));
    await page.keyboard.press("Enter");
    await until(page, "its list is in the drawer", () => document.querySelector("#drawer li.current") !== null);
    for (const table of ["permissions", "servers", "databases", "domains", "certificates", "services"]) {
      await page.evaluate((table) => document.querySelector(`button[data-table="${table}"]`).click(), table);
      await until(page, `${table} is shown or said to be empty`, (table) => document.querySelector(`.grid[data-table="${table}"] .grid-row, .table-nothing`) !== null, table);
    }
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`a domain is asked for its connector: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles("healthy-2016-hybrid-connectors"));
    await waitForReport(page);
    await page.keyboard.press("g");
    await page.keyboard.press("n");
    await until(page, "the view is shown", () => document.querySelector('button[data-table="by-domain"]') !== null);
    await page.evaluate(() => document.querySelector('button[data-table="by-domain"]').click());
    await until(page, "the field is shown", () => document.querySelector("#domain") !== null);
    await type(page, "#domain", "anna@unheard.example");
    await until(page, "the answer is there", () => document.querySelector(".domain-answer").innerText.includes("takes mail to unheard.example"));
    assert.equal(await page.evaluate(() => document.querySelectorAll(".domain-answer tr.wins").length), 1);
    await page.evaluate(() => document.querySelector(".domain-answer tr.wins .link").click());
    await until(page, "its lines are in the drawer", () => document.querySelector("#drawer li.current") !== null);
    await type(page, "#domain", "");
    await until(page, "the answer is gone", () => document.querySelector(".domain-answer").innerText === "");
    assert.deepEqual(page.problems, []);
  }));
}
