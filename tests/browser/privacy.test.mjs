// Nothing leaves the machine: the policy is strict, the code has no means to send, and when code that got in tries every
// way there is, nothing arrives anywhere. The browsers send everything through a server of ours, so an attempt to reach
// any machine would be seen. The last test takes the policy away to prove that these tests would see it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { closeAll, open, targets, withPage } from "./harness.mjs";
import { leakFromPage, leakFromWorker } from "./leaks.mjs";
import { shipped } from "./shipped.mjs";

after(closeAll);

const IMPORTS = fileURLToPath(new URL("imports.txt", import.meta.url));

// ---- What is in the page ----

test("policy refuses what it does not name, and names no address", async () => {
  const { policy } = await shipped();
  const directives = new Map(policy.split("; ").map((directive) => {
    const [name, ...sources] = directive.split(" ");
    return [name, sources];
  }));
  for (const name of ["default-src", "connect-src", "form-action", "base-uri", "frame-src", "object-src", "font-src", "media-src"]) {
    assert.deepEqual(directives.get(name), ["'none'"], name);
  }
  assert.deepEqual(directives.get("worker-src"), ["blob:"]);
  assert.deepEqual(directives.get("img-src"), ["data:", "blob:"]);
  for (const source of [...directives.get("script-src"), ...directives.get("style-src")]) {
    assert.match(source, /^'(sha256-[A-Za-z0-9+/]{43}=|wasm-unsafe-eval)'$/);
  }
});

test("module calls only what the list of imports allows", async () => {
  const { module } = await shipped();
  // wasm-bindgen appends a hash or a number to most names; they change with every version and mean nothing here.
  const imports = [...new Set(WebAssembly.Module.imports(new WebAssembly.Module(module))
    .map(({ name }) => name.replace(/_[0-9a-f]{16}$/, "")))].sort();
  const header = (await readFile(IMPORTS, "utf8")).split("\n").filter((line) => line.startsWith("#"));
  if (process.env.UPDATE_IMPORTS) await writeFile(IMPORTS, [...header, ...imports, ""].join("\n"));
  const allowed = (await readFile(IMPORTS, "utf8")).split("\n").filter((line) => line && !line.startsWith("#"));
  const added = imports.filter((name) => !allowed.includes(name));
  const gone = allowed.filter((name) => !imports.includes(name));
  const hint = "look at each, then: UPDATE_IMPORTS=1 make test-browser";
  assert.deepEqual(added, [], `the module calls something new; ${hint}`);
  assert.deepEqual(gone, [], `the list allows what is no longer called; ${hint}`);
});

test("scripts do not even name a way to send", async () => {
  const { glue, own } = await shipped();
  const [first, ...rest] = own.join("\n").split("\n");
  assert.match(first, /RTCPeerConnection.*delete/, "the first line takes WebRTC away");
  // innerHTML is not in the list: Yew can use it, we do not, and the policy refuses it (see "text cannot become code").
  // What wasm-bindgen wrote names fetch in the text of an error only.
  const harmless = "failed to fetch Wasm: ${module.status} ${module.statusText} fetching";
  const code = [...rest, ...glue.split("\n")].filter((line) => !line.trim().startsWith("//")).join("\n").replaceAll(harmless, "");
  for (const word of [
    "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "RTCPeerConnection", "WebTransport", "importScripts",
    "serviceWorker", "SharedWorker", "document.write", "insertAdjacentHTML", "indexedDB",
  ]) {
    assert.ok(!new RegExp(`\\b${word}\\b`).test(code), `a script names ${word}`);
  }
  assert.doesNotMatch(code, /\beval\(|new Function|\.submit\(|window\.open\(|location\s*=[^=]|location\.(assign|replace)\(/);
  assert.doesNotMatch(code.replaceAll("http://www.w3.org/", ""), /https?:\/\//, "a script holds an address");
});

// ---- What happens when code that got in tries ----

const bases = (page) => [
  `${page.site.address}TAG`, "http://127.0.0.1:9/TAG", "https://TAG.example.com/", "http://TAG.example.com/",
];
const leaked = (site) => site.hits
  .filter(({ url, host }) => /leak-/.test(url + host))
  .map(({ method, url }) => `${method} ${url}`)
  .filter((hit) => !AHEAD.includes(hit));
// Chromium opens a connection to the server of a frame or form before it asks the policy, and then does not use it. No
// request is sent, but the server's name is looked up. No policy prevents that, so the page has neither frames nor forms
// (see the test below).
const AHEAD = ["CONNECT leak-frame.example.com:443", "CONNECT leak-form.example.com:443"];

for (const target of targets) {
  test(`nothing is requested after the page has loaded: ${target.name}`, () => withPage(target, {}, async (page) => {
    const count = page.site.hits.filter(({ host }) => host.startsWith("127.0.0.1")).length;
    await new Promise((done) => setTimeout(done, 1500));
    const own = page.site.hits.filter(({ host }) => host.startsWith("127.0.0.1"));
    assert.equal(own.length, count);
    const paths = new Set(own.map(({ url }) => new URL(url, page.site.address).pathname));
    assert.deepEqual([...paths], target.from === "http" ? ["/some/path/"] : [], "the page itself is all there is to load");
    const others = page.requests.filter((url) => !url.startsWith("data:") && !url.startsWith("blob:"));
    assert.ok(others.length <= 1, `only the page: ${others.join(" ")}`);
    assert.equal(await page.evaluate(() => performance.getEntriesByType("resource").length), 0);
    assert.equal(await page.evaluate(() => document.querySelectorAll("iframe, frame, form, object, embed, link:not([rel=icon])").length), 0);
  }));

  test(`page cannot send anything: ${target.name}`, () => withPage(target, {}, async (page) => {
    page.site.hits.length = 0;
    const outcome = await page.evaluate(leakFromPage, bases(page));
    await new Promise((done) => setTimeout(done, 500));
    assert.deepEqual(leaked(page.site), [], JSON.stringify(outcome));
    assert.equal(await page.evaluate(() => typeof RTCPeerConnection), "undefined");
  }));

  test(`workers cannot send anything: ${target.name}`, () => withPage(target, { beforeLoad: plantInWorkers }, async (page) => {
    page.site.hits.length = 0;
    const outcome = await leakInWorker(page);
    await new Promise((done) => setTimeout(done, 500));
    assert.ok(Object.keys(outcome).length >= 7, JSON.stringify(outcome));
    assert.deepEqual(leaked(page.site), [], JSON.stringify(outcome));
  }));

  test(`text cannot become code: ${target.name}`, () => withPage(target, {}, async (page) => {
    const outcome = await page.evaluate(() => new Promise((done) => setTimeout(() => { // see leaks.mjs: from a timer
      const tried = {};
      const attempt = (name, way) => { try { way(); tried[name] = "went through"; } catch (error) { tried[name] = error.name; } };
      attempt("eval", () => (0, eval)("window.__pwned = 'eval'"));
      attempt("Function", () => new Function("window.__pwned = 'Function'")());
      attempt("timer", () => setTimeout("window.__pwned = 'timer'"));
      attempt("innerHTML", () => { document.body.appendChild(document.createElement("div")).innerHTML = "<img src=x onerror='window.__pwned = 1'>"; });
      attempt("write", () => document.write("<script>window.__pwned = 1</script>"));
      attempt("script", () => { const s = document.createElement("script"); s.append("window.__pwned = 'script'"); document.body.append(s); });
      attempt("handler", () => { const b = document.createElement("button"); b.setAttribute("onclick", "window.__pwned = 'handler'"); document.body.append(b); b.click(); });
      attempt("policy", () => trustedTypes.createPolicy("other", { createHTML: (html) => html }));
      attempt("same policy", () => trustedTypes.createPolicy("queuescope", { createHTML: (html) => html }));
      done(tried);
    })));
    await new Promise((done) => setTimeout(done, 200));
    assert.equal(await page.evaluate(() => window.__pwned), undefined, JSON.stringify(outcome));
    assert.equal(outcome.innerHTML, "TypeError");
    assert.notEqual(outcome["same policy"], "went through");
  }));
}

// ---- Would these tests see a leak? ----

for (const target of targets.filter(({ from }) => from === "file")) {
  test(`without the policy the same attempts arrive: ${target.browser}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "queuescope-open-"));
    try {
      const { page: text } = await shipped();
      const path = join(folder, "open.html");
      await writeFile(path, text.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ""));
      const page = await open(target, { address: pathToFileURL(path).href, beforeLoad: plantInWorkers });
      const before = page.site.hits.length;
      // Not waited for: with nothing to refuse them, some attempts never end in a browser that is short of time. What arrives
      // is what counts.
      page.evaluate(leakFromPage, bases(page)).catch(() => {});
      leakInWorker(page).catch(() => {});
      const tags = ["fetch", "xhr", "eventsource", "beacon", "image", "frame", "stylesheet", "style", "script", "form", "worker-fetch", "worker-importscripts"];
      const wanted = [...tags.map((tag) => new RegExp(`leak-${tag}\\b`)), /CONNECT leak-fetch\.example\.com:443/];
      const arrived = () => page.site.hits.slice(before).map(({ method, url }) => `${method} ${url}`).join("\n");
      const unseen = () => wanted.filter((pattern) => !pattern.test(arrived()));
      // A browser that is short of time tries them one after another.
      for (let tenths = 0; tenths < 600 && unseen().length > 0; tenths++) await new Promise((done) => setTimeout(done, 100));
      assert.deepEqual(unseen(), [], `not seen; what was:\n${arrived()}`);
      await page.closeAll();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

// Appends code of ours to the text of every worker that the page makes, as code that got in would. It waits for its cue.
function plantInWorkers(page) {
  return page.evaluateOnNewDocument((code) => {
    const Original = Blob;
    globalThis.Blob = class extends Original {
      constructor(parts, options) {
        super(options?.type === "text/javascript" ? [...parts, code] : parts, options);
      }
    };
  }, `\naddEventListener("message", async ({ data }) => {
        if (data && data.leak) postMessage({ leaked: await (${leakFromWorker})(data.leak) });
      });\n`);
}

async function leakInWorker(page) {
  return page.evaluate((bases) => new Promise((done, failed) => {
    const worker = queuescopeSpawnWorker();
    worker.addEventListener("message", ({ data }) => { if (data && data.leaked) done(data.leaked); });
    worker.addEventListener("error", ({ message }) => failed(new Error(message)));
    worker.postMessage({ leak: bases });
  }), bases(page));
}
