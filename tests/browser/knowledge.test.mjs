// What the page knows without a case: the look-up of codes and events, and the rule reference; and the ways there from a
// finding. All of it by keyboard, in every target.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caseFiles, closeAll, dropFiles, pairs, targets, until, waitForReport, withPage } from "./harness.mjs";

after(closeAll);

const text = (page, selector) => page.evaluate((selector) => document.querySelector(selector)?.innerText ?? "", selector);
const view = (page, name) => until(page, `the view ${name} is shown`, (name) => document.querySelector(`main[data-view="${name}"]`) !== null, name);
// Puts the keyboard where no field is.
const leaveFields = (page) => page.evaluate(() => document.activeElement?.blur());

async function lookUp(page, code) {
  await page.evaluate((code) => {
    const field = document.querySelector("#look-up");
    field.value = code;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, code);
  await until(page, `${code} is looked up`, (code) => document.querySelector("#look-up").value === code, code);
  return text(page, "main");
}

for (const target of targets) {
  test(`a code is looked up in any notation: ${target.name}`, () => withPage(target, {}, async (page) => {
    await page.keyboard.press("g");
    await page.keyboard.press("t");
    await view(page, "tools");
    await page.focus("#look-up");
    await page.keyboard.type("0x8009030C");
    await until(page, "the answer is there", () => document.querySelector("main").innerText.includes("SEC_E_LOGON_DENIED"));
    for (const [code, ...answers] of [
      ["0c 03 09 80", "SEC_E_LOGON_DENIED", "lowest first"],
      ["-1017", "JET_errRecordDeleted"],
      ["ec=1010", "ecLoginPerm"],
      ["550 5.7.54", "Relay not permitted"],
      ["1722", "RPC_S_SERVER_UNAVAILABLE", "several meanings"],
      ["MSExchangeTransport 12014", "No certificate fits the name of a connector"],
      ["0x12345678", "Not in any list"],
      ["hello there", "Not in any list"],
      ["<img src=x onerror=alert(1)>", "Not in any list"],
    ]) {
      const shown = await lookUp(page, code);
      for (const answer of answers) assert.ok(shown.includes(answer), `${code}: ${answer} in ${shown}`);
    }
    assert.equal(await page.evaluate(() => document.querySelectorAll("main img").length), 0);
    await page.evaluate(() => document.querySelector(".examples button").click());
    await until(page, "an example is answered", () => document.querySelector("main").innerText.includes("MAPI_E_LOGON_FAILED"));
    assert.deepEqual(page.problems, []);
  }));

  test(`the reference is searched and read: ${target.name}`, () => withPage(target, {}, async (page) => {
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await view(page, "reference");
    const all = await page.evaluate(() => document.querySelectorAll(".rules > li").length);
    assert.ok(all > 200, `${all} rules`);
    await page.focus("#find-rule");
    await page.keyboard.type("12014 certificate");
    await until(page, "few are left", () => document.querySelectorAll(".rules > li").length < 10);
    const head = "[data-rule='cert-12014-starttls-not-found'] .rule-head";
    await page.focus(head);
    await page.keyboard.press("Enter");
    await until(page, "it is open", (head) => document.querySelector(head).getAttribute("aria-expanded") === "true", head);
    const rule = await text(page, "[data-rule='cert-12014-starttls-not-found']");
    for (const part of ["Symptoms", "Cause", "Resolution", "More information", "Get-ReceiveConnector", "Exchange 2007 to SE"]) {
      assert.ok(rule.includes(part), `${part} in ${rule}`);
    }
    assert.deepEqual(page.problems, []);
  }));
}

for (const target of pairs) {
  test(`a finding leads to its rule, a code in evidence to its meaning: ${target.name}`, () => withPage(target, {}, async (page) => {
    await dropFiles(page, caseFiles("store-damage-in-evt-without-texts"));
    await waitForReport(page);
    const codes = await text(page, ".codes");
    assert.match(codes, /-1017/);
    assert.match(codes, /JET_errRecordDeleted/);
    await page.evaluate(() => document.querySelector(".codes button").click());
    await view(page, "tools");
    await until(page, "it is looked up", () => document.querySelector("main").innerText.includes("JET_errRecordDeleted"));
    assert.match(await text(page, "main"), /In this case\s+Problem 1, evidence \d/);
    await leaveFields(page);
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await view(page, "diagnosis");
    await page.evaluate(() => document.querySelector(".rule-link").click());
    await view(page, "reference");
    await until(page, "the rule is open", () => document.querySelector("[data-rule='ifs-drive-m-antivirus'] [aria-expanded='true']") !== null);
    assert.deepEqual(page.problems, []);
  }));
}
