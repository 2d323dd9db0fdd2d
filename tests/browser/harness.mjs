// Drives the built page in real browsers: Debian's Chromium over its own protocol, an unchanged Firefox over WebDriver
// BiDi, each from a web server (below a sub-path) and from a file. Four targets, one set of tests.
//
// Traps:
// - The driver's waitForFunction and waitForSelector make code from text, which the page's policy refuses; `until` polls.
// - What `evaluate` runs is part of the page and under its policy. That is wanted: it stands for code that got in.
// - Firefox makes webkitGetAsEntry() work for a synthetic drop, Chromium does not; there the drop is a real one.
//
// Set BROWSERS=chromium or BROWSERS=firefox to run in one only, CHROMIUM or FIREFOX to the path of another build.

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
import { serve } from "./server.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const DIST = join(ROOT, "dist");
export const SINGLE_FILE = join(DIST, "queuescope.html");
const CASES = join(ROOT, "tests/cases");
const SUB_PATH = "/some/path/";

const wanted = (process.env.BROWSERS ?? "chromium,firefox").split(",");
export const targets = ["chromium", "firefox"]
  .filter((browser) => wanted.includes(browser))
  .flatMap((browser) => ["http", "file"].map((from) => ({ browser, from, name: `${browser} from ${from}` })));
// Each browser and each product once. The first test of a view runs in all four targets, because there it shows whether the
// product works; the details behind it are the same page, and would take as long again.
export const pairs = targets.filter(({ browser, from }) => (browser === "chromium") === (from === "file"));

// ---- Browsers ----

function executable(browser) {
  const [set, names] = browser === "chromium"
    ? [process.env.CHROMIUM, ["chromium", "chromium-browser", "google-chrome"]]
    : [process.env.FIREFOX, ["firefox-esr", "firefox"]];
  if (set) return set;
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of names) {
    for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  }
  throw new Error(`no ${browser} found; \`make test\` installs it`);
}

// Every request to whatever machine goes to `proxyPort` on this one, where it is noted and refused. `languages` is what the
// reader asks for, best first: the page follows it, and must not follow that of the machine.
async function launch(browser, proxyPort, languages) {
  const profile = mkdtempSync(join(tmpdir(), "queuescope-"));
  const common = { browser: browser === "firefox" ? "firefox" : "chrome", executablePath: executable(browser), headless: true, userDataDir: profile, timeout: 60_000 };
  const instance = await puppeteer.launch(browser === "chromium"
    ? {
        ...common,
        args: [
          "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", `--lang=${languages.split(",")[0]}`, `--accept-lang=${languages}`, `--proxy-server=127.0.0.1:${proxyPort}`, "--proxy-bypass-list=<-loopback>",
        ],
      }
    : {
        ...common,
        extraPrefsFirefox: {
          "intl.accept_languages": languages,
          "intl.locale.requested": "en-US",
          "network.proxy.type": 1,
          "network.proxy.http": "127.0.0.1",
          "network.proxy.http_port": proxyPort,
          "network.proxy.ssl": "127.0.0.1",
          "network.proxy.ssl_port": proxyPort,
          "network.proxy.allow_hijacking_localhost": true,
          "network.proxy.no_proxies_on": "",
        },
      });
  return {
    instance,
    async close() {
      await instance.close().catch(() => {});
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

// One browser and one server per target and languages, started when first needed and closed by `closeAll`.
const running = new Map();

async function environment(target, languages) {
  const name = `${target.name} in ${languages}`;
  if (!running.has(name)) {
    running.set(name, (async () => {
      const site = await serve(DIST, { prefix: SUB_PATH });
      return { site, ...(await launch(target.browser, site.port, languages)) };
    })());
  }
  return running.get(name);
}

export async function closeAll() {
  for (const starting of running.values()) {
    const { close, site } = await starting;
    await close();
    await site.close();
  }
  running.clear();
}

// ---- Pages ----

// Opens the page and waits until it has started, or has said why it cannot.
// `address` overrides what is opened, `settled` the state it is expected to end in; `beforeLoad` is called
// with the page while it is empty; `width` and `height` set the window, `languages` what the reader asks for.
export async function open(target, { address, settled, beforeLoad, width = 1440, height = 1000, languages = "en-US,en" } = {}) {
  const { instance, site } = await environment(target, languages);
  const context = await instance.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width, height });

  page.problems = [];
  page.requests = [];
  page.on("pageerror", (error) => page.problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") page.problems.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => page.requests.push(request.url()));
  // The page asks before it is left with a case open; tests go where they want.
  page.on("dialog", (dialog) => dialog.accept().catch(() => {}));
  page.site = site;
  page.where = target;
  page.closeAll = () => context.close();

  await beforeLoad?.(page);
  const home = address ?? (target.from === "http" ? site.address : pathToFileURL(SINGLE_FILE).href);
  await page.goto(home, { waitUntil: "load", timeout: 60_000 });
  if (settled !== "starting") await until(page, "the page has started", () => document.body.dataset.state !== "starting");
  return page;
}

export async function withPage(target, options, run) {
  const page = await open(target, options);
  try {
    return await run(page);
  } finally {
    await page.closeAll();
  }
}

// Polls `check` in the page until it returns something true, and returns that. Not an element: Firefox's driver gives none
// back.
export async function until(page, what, check, ...rest) {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await page.evaluate(check, ...rest);
    if (value) return value;
    if (Date.now() > end) {
      const state = await page.evaluate(() => `state ${document.body.dataset.state}\n${document.body.innerText.slice(0, 2000)}`);
      throw new Error(`after 30 s still not: ${what}\n${state}\n${page.problems.join("\n")}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

export async function waitForReport(page) {
  if (await page.$("main[data-view=stub]")) throw new Error("the page is the stand-in of src/main.rs, not Queuescope");
  return until(page, "the report is there", () => ["done", "failed"].includes(document.body.dataset.state));
}

// What the page shows, in the words of the conventions between page and tests.
export function readReport(page) {
  return page.evaluate(() => ({
    state: document.body.dataset.state,
    view: document.querySelector("main")?.dataset.view,
    // A problem is an article; the findings it explains are items in it.
    findings: [...document.querySelectorAll("[data-rule]")].map((finding) => ({
      rule: finding.dataset.rule,
      statement: finding.querySelector(".statement")?.textContent.trim() ?? "",
    })),
    // With the symptoms that are listed below their cause.
    rules: [...document.querySelectorAll("[data-rule]")].map((element) => element.dataset.rule),
    text: document.body.innerText,
  }));
}

// Goes to the list of files and gives its rows, which the page asks of a worker.
export async function readLedger(page) {
  await page.evaluate(() => { location.hash = "#/files"; });
  await until(page, "the files are listed", () => document.querySelector("[data-input]") !== null);
  return page.evaluate(() => [...document.querySelectorAll("[data-input]")].map((row) => ({
    path: row.dataset.input,
    state: row.dataset.state,
    text: row.innerText,
  })));
}

// ---- Files ----

// The evidence of a case: everything in its folder but the two files about it.
export function caseFolder(name) {
  return join(CASES, name);
}

export function caseFiles(name) {
  const folder = caseFolder(name);
  return filesBelow(folder).filter((path) => !["case.md", "expected.txt"].includes(relative(folder, path)));
}

function filesBelow(folder) {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

// Drops files or folders onto the page. In Chromium by the browser's own drag and drop, as from a file manager.
export async function dropFiles(page, paths) {
  if (page.where.browser === "chromium") {
    const session = await page.createCDPSession();
    const { width, height } = page.viewport();
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await session.send("Input.dispatchDragEvent", {
        type, x: Math.round(width / 2), y: Math.round(height / 2),
        data: { items: [], files: paths, dragOperationsMask: 1 },
      });
    }
    await session.detach();
  } else {
    const all = paths.flatMap((path) => statSync(path).isDirectory() ? filesBelow(path) : [path]);
    await dropContents(page, await Promise.all(all.map(async (path) => ({ name: basename(path), bytes: await readFile(path) }))));
  }
}

// Drops files that exist nowhere: `{ name, bytes }`, for names no file system would take.
export async function dropContents(page, files) {
  const contents = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString("base64") }));
  await page.evaluate((contents) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of contents) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    }
    const at = document.querySelector("main") ?? document.body;
    for (const type of ["dragenter", "dragover", "drop"]) {
      at.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true, composed: true }));
    }
  }, contents);
}

// Through the file picker.
export async function chooseFiles(page, paths) {
  const input = await page.$("input#choose-files");
  await input.uploadFile(...paths);
}

// Through the folder picker. Chromium takes the folder itself; Firefox's driver takes only files, as if it were flat.
export async function chooseFolder(page, folder) {
  const input = await page.$("input#choose-folder");
  await input.uploadFile(...(page.where.browser === "chromium" ? [folder] : filesBelow(folder)));
}
