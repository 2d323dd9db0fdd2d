// Collect: a script or steps for what is ticked, without a case and with one; all of it by keyboard, in every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const script = (page) => page.evaluate(() => document.querySelector(".collect-script pre").textContent);
const ticked = (page) => page.evaluate(() => [...document.querySelectorAll("tr[data-entry]")]
  .filter((row) => row.querySelector("input").checked).map((row) => row.dataset.entry));
const view = (page, name) => until(page, `the view ${name} is shown`, (name) => document.querySelector(`main[data-view="${name}"]`) !== null, name);
const press = (page, words) => page.evaluate((words) => {
  [...document.querySelectorAll(".collect-form button")].find((button) => button.textContent === words).click();
}, words);
const until_script = (page, part, there = true) => until(page, `${part} is ${there ? "" : "not "}in the script`,
  (part, there) => document.querySelector(".collect-script pre").textContent.includes(part) === there, part, there);

for (const target of targets) {
  test(`without a case the basics are gathered: ${target.name}`, () => withPage(target, {}, async (page) => {
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await view(page, "collect");
    const chosen = await ticked(page);
    assert.ok(chosen.includes("queues") && chosen.includes("events") && !chosen.includes("tracking-logs"), chosen.join());
    const text = await script(page);
    for (const part of ["#requires -version 2.0", "Get-Queue -Server $server", "wevtutil.exe epl", "Write-Output $Folder"]) {
      assert.ok(text.includes(part), part);
    }
    assert.ok(!text.includes("MSGTRK"));

    // By keyboard: a box, a generation, days, servers.
    await page.focus("tr[data-entry='tracking-logs'] input");
    await page.keyboard.press(" ");
    await until_script(page, "MSGTRK*.LOG");
    await page.focus("#collect-days");
    await page.evaluate(() => document.querySelector("#collect-days").select());
    await page.keyboard.type("7");
    await page.focus("#collect-servers");
    await page.keyboard.type("EX1, O'Hara");
    await page.keyboard.press("Tab");
    await until_script(page, "[int]$Days = 7,");
    await until_script(page, "@('EX1', 'O''Hara')");
    await page.focus("input[name=generation][value='2003']");
    await page.keyboard.press(" ");
    await until_script(page, "WinRoute", false);
    await press(page, "The basics");
    await until_script(page, "WinRoute");
    assert.ok(!(await script(page)).includes("Get-Queue"));

    // What was chosen is there when another view was looked at.
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await view(page, "about");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await view(page, "collect");
    assert.ok((await script(page)).includes("WinRoute"));
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`with a case only what is missing is gathered: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles("relay-connector-captures-2010-list"));
    await waitForReport(page);
    await page.keyboard.press("g");
    await page.keyboard.press("f");
    await view(page, "files");
    await page.evaluate(() => document.querySelector("#collect-missing").click());
    await view(page, "collect");
    const pressed = await page.evaluate(() => document.querySelector(".collect-form button[aria-pressed=true]").textContent);
    assert.equal(pressed, "What is missing");
    const missing = await ticked(page);
    await press(page, "The basics");
    await until(page, "the basics are chosen", () => document.querySelector("tr[data-entry=events] input").checked);
    assert.notDeepEqual(await ticked(page), missing);
    await press(page, "Nothing");
    await until_script(page, "Export-Answer", false);
    await press(page, "What is missing");
    await until(page, "it is chosen again", (wanted) => [...document.querySelectorAll("tr[data-entry] input:checked")].length === wanted, missing.length);
    assert.deepEqual(await ticked(page), missing);
    assert.deepEqual(page.problems, []);
  }));
}
