// The tools beyond the look-up of codes: GUIDs, ranges of addresses, headers and reports. All of it by keyboard, in every
// target; what is typed stays, and what the open case shows of it is one of the rows.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const main = (page) => page.evaluate(() => document.querySelector("main").innerText);
const shows = (page, what) => until(page, `the page shows ${what}`, (what) => document.querySelector("main").innerText.includes(what), what);

async function openTools(page) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await until(page, "the tools are shown", () => document.querySelector("main[data-view=tools]") !== null);
}

async function show(page, tool) {
  await page.evaluate((id) => document.getElementById(id).click(), `tool-${tool}`);
  await until(page, `${tool} is shown`, (id) => document.getElementById(id).ariaSelected === "true", `tool-${tool}`);
}

// Pastes a text, as people do: at once.
async function put(page, field, text) {
  await page.evaluate((id, text) => {
    const field = document.getElementById(id);
    field.value = text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, field, text);
}

async function answers(page, field, text, parts) {
  await put(page, field, text);
  for (const part of parts) await shows(page, part);
}

for (const target of targets) {
  test(`each tool is reached by keyboard, and what is typed stays: ${target.name}`, () => withPage(target, {}, async (page) => {
    await openTools(page);
    await page.focus("#tool-code");
    await page.keyboard.press("ArrowRight");
    await until(page, "the converter is shown", () => document.activeElement.id === "tool-guid" && document.querySelector("#guid") !== null);
    await page.keyboard.press("Tab");
    await page.keyboard.type("cccf3be6-219c-4379-985d-851b766eddc7");
    await shows(page, "E6 3B CF CC 9C 21 79 43 98 5D 85 1B 76 6E DD C7");
    await page.focus("#tool-guid");
    await page.keyboard.press("End");
    await until(page, "the reader is shown", () => document.activeElement.id === "tool-mail" && document.querySelector("#mail") !== null);
    await page.keyboard.press("ArrowRight");
    await until(page, "the first one follows the last", () => document.activeElement.id === "tool-code");
    const tabs = await page.evaluate(() => [...document.querySelectorAll("[role=tab]")].map((tab) => `${tab.tabIndex} ${tab.ariaSelected}`));
    assert.deepEqual(tabs, ["0 true", "-1 false", "-1 false", "-1 false"]);
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await until(page, "another view is shown", () => document.querySelector("main[data-view=about]") !== null);
    await openTools(page);
    await show(page, "guid");
    assert.equal(await page.evaluate(() => document.querySelector("#guid").value), "cccf3be6-219c-4379-985d-851b766eddc7");
    assert.equal(await page.evaluate(() => location.hash), "#/tools");
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`a GUID is converted in both orders: ${target.name}`, () => withPage(target, {}, async (page) => {
    await openTools(page);
    await show(page, "guid");
    await answers(page, "guid", "(objectGUID=\\e6\\3b\\cf\\cc\\9c\\21\\79\\43\\98\\5d\\85\\1b\\76\\6e\\dd\\c7)", [
      "{CCCF3BE6-219C-4379-985D-851B766EDDC7}", "5jvPzJwheUOYXYUbdm7dxw==", "Get-ADObject", "dsquery",
    ]);
    await answers(page, "guid", "e63bcfcc9c217943985d851b766eddc7", ["First reading", "Second reading", "Only the first reading"]);
    await answers(page, "guid", "9fbec2a2-f761-11d9-963d-00065bbd3175", ["ms-Exch-Store-Transport-Access"]);
    await answers(page, "guid", "<img src=x onerror=alert(1)>", ["There is no GUID in this text", "Accepted are"]);
    assert.ok(!(await main(page)).includes("In this case"));
    assert.equal(await page.evaluate(() => document.querySelectorAll("main img").length), 0);
    assert.deepEqual(page.problems, []);
  }));

  test(`ranges are described and compared: ${target.name}`, () => withPage(target, {}, async (page) => {
    await openTools(page);
    await show(page, "ranges");
    await answers(page, "ranges", "192.0.2.0(255.255.255.0), 192.0.2.16-192.0.2.40", [
      "2 ranges, 1 overlap", "192.0.2.0 to 192.0.2.255, 256 addresses, mask 255.255.255.0", "is more specific",
      '-RemoteIPRanges "192.0.2.0/24","192.0.2.16-192.0.2.40"',
    ]);
    await put(page, "range-address", "192.0.2.20");
    await shows(page, "192.0.2.16-192.0.2.40 counts, because it is the smallest");
    await put(page, "range-address", "192.0.2.300");
    await shows(page, "192.0.2.300 is no address");
    await answers(page, "ranges", "192.0.2.*", ["no wildcards", "Accepted are"]);
    assert.deepEqual(page.problems, []);
  }));

  test(`headers and reports are read: ${target.name}`, () => withPage(target, {}, async (page) => {
    await openTools(page);
    await show(page, "mail");
    for (const [example, ...parts] of [
      ["A header", "4 hops", "12 s too early", "41 min 27 s, the longest", "Clocks differ", "SPF: pass", "Exchange 2016", "Anonymous"],
      ["A report", "Written by EX16-01.contoso.com", "Expired", "2 hops", "<5c1e2f2019@contoso.com>"],
    ]) {
      await page.evaluate((example) => [...document.querySelectorAll(".examples button")].find((button) => button.innerText === example).click(), example);
      for (const part of parts) await shows(page, part);
    }
    await answers(page, "mail", "Dear colleagues, here is the plan.", ["no header of a message", "Accepted are"]);
    await page.evaluate(() => [...document.querySelectorAll("main button")].find((button) => button.innerText === "Clear").click());
    await shows(page, "stays in this tab");
    assert.deepEqual(page.problems, []);
    const outside = page.requests.filter((request) => !request.startsWith(page.site.address.slice(0, 10)) && !/^(file|blob|data):/.test(request));
    assert.deepEqual(outside, []);
  }));

  test(`what the case shows of an address is a row of the answer: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles("relay-connector-captures-2010-list"));
    await waitForReport(page);
    await openTools(page);
    await show(page, "ranges");
    await answers(page, "ranges", "192.0.2.0/24", ["In this case", "Problem 1, evidence"]);
    await page.evaluate(() => [...document.querySelectorAll("main .facts .link")][0].click());
    await until(page, "the evidence is open", () => document.querySelector(".drawer") !== null);
    await put(page, "ranges", "203.0.113.0/24");
    await shows(page, "Not in the evidence shown");
    assert.deepEqual(page.problems, []);
  }));
}
