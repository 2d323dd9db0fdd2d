// Measures the built page in real browsers, beside the native reader and what a user would pick instead, on the same files in
// the same run.
//
//   node tests/browser/bench.mjs FOLDER NATIVE.jsonl OUT
//
// FOLDER holds what `cargo bench --bench reading -- --write` generated, NATIVE.jsonl what `--measure` printed. Prints tables in
// Markdown and writes them as OUT.md and, with all figures, as OUT.json. Figures of one run are compared with each other,
// never with another run. Tools that are not installed are named as absent.

import { execFile } from "node:child_process";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { chooseFiles, closeAll, targets, withPage } from "./harness.mjs";

const [folder, nativeFile, out] = process.argv.slice(2).map((path) => resolve(path));
const run = promisify(execFile);
const native = readFileSync(nativeFile, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const all = readdirSync(folder).sort().map((name) => join(folder, name));
const sizeOf = (paths) => paths.reduce((sum, path) => sum + statSync(path).size, 0);
const speed = (bytes, ms) => bytes / 1e3 / ms;
const round = (n, digits = 0) => n === null || n === undefined ? "-" : Number(n).toFixed(digits);

// ---- Memory: of all processes of a browser, as Linux counts it (shared pages by their share) ----

function processes() {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return [{ pid: Number(pid), parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8") }];
    } catch {
      return [];
    }
  });
}

function memoryOf(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]) * 1024;
  } catch {
    return 0;
  }
}

// The processes that run pages: those of the browser itself are the same without the page.
function pagesMemory(root) {
  const table = processes();
  const below = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of table) {
      if (below.has(parent) && !below.has(pid)) grown = below.add(pid) && true;
    }
  }
  const runsPages = ({ pid, command }) => below.has(pid) && /--type=renderer|-contentproc/.test(command);
  return table.filter(runsPages).reduce((sum, { pid }) => sum + memoryOf(pid), 0);
}

// ---- One measurement in a browser ----

// A worker of ours that does nothing but read the files, by the same pieces as the product; in a page of its own, because the
// product's page refuses foreign workers.
async function floor(page, paths) {
  const blank = await page.browser().newPage();
  await blank.evaluate(() => {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", id: "bench-file", multiple: true });
    document.body.append(input);
  });
  await (await blank.$("input#bench-file")).uploadFile(...paths);
  const once = () => blank.evaluate(() => new Promise((done, failed) => {
    const code = `onmessage = ({ data }) => {
      const reader = new FileReaderSync();
      const memory = new Uint8Array(new WebAssembly.Memory({ initial: 128 }).buffer);
      const start = performance.now();
      for (const file of data) {
        for (let at = 0; at < file.size; at += 4 << 20) {
          memory.set(new Uint8Array(reader.readAsArrayBuffer(file.slice(at, at + (4 << 20)))));
        }
      }
      postMessage(performance.now() - start);
    };`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => done(data);
    worker.onerror = ({ message }) => failed(new Error(message));
    worker.postMessage([...document.querySelector("input#bench-file").files]);
  }));
  await once(); // the first one warms the system's cache for all
  const ms = Math.min(await once(), await once());
  await blank.close();
  return ms;
}

async function measure(target, paths, workers, { memory = false, alone = false } = {}) {
  return withPage(target, {}, async (page) => {
    const result = { browser: target.browser, workers, bytes: sizeOf(paths) };
    if (alone) result.floor_ms = await floor(page, paths);
    await page.goto(`${page.url().replace(/[?#].*/, "")}?workers=${workers}`, { waitUntil: "load" });
    await ready(page);
    const root = page.browser().process().pid;
    const before = memory ? pagesMemory(root) : 0;
    await page.evaluate(() => {
      // A task of the page that takes long delays the next turn of this one.
      globalThis.longest = 0;
      let last = performance.now();
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const now = performance.now();
        globalThis.longest = Math.max(globalThis.longest, now - last);
        last = now;
        setTimeout(() => channel.port2.postMessage(0), 1);
      };
      channel.port2.postMessage(0);
      // Chromium also says itself which tasks were longer than 50 ms.
      globalThis.longTasks = [];
      try {
        new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
          .observe({ entryTypes: ["longtask"] });
      } catch {
        globalThis.longTasks = null;
      }
    });
    let peak = before;
    const watch = memory && setInterval(() => { peak = Math.max(peak, pagesMemory(root)); }, 250);
    const start = Date.now();
    await chooseFiles(page, paths);
    await report(page);
    result.ms = Date.now() - start;
    if (watch) clearInterval(watch);
    Object.assign(result, await page.evaluate(() => ({ longest_ms: globalThis.longest, long_tasks: globalThis.longTasks })));
    if (memory) Object.assign(result, { before_bytes: before, peak_bytes: Math.max(peak, pagesMemory(root)) });
    return result;
  });
}

const ready = (page) => waitFor(page, () => document.body.dataset.state === "empty", 30_000);
const report = (page) => waitFor(page, () => ["done", "failed"].includes(document.body.dataset.state), 600_000);

async function waitFor(page, check, longest) {
  for (const end = Date.now() + longest; Date.now() < end;) {
    if (await page.evaluate(check)) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`not there after ${longest} ms; state ${await page.evaluate(() => document.body.dataset.state)}\n${page.problems.join("\n")}`);
}

// How long after a press on Cancel the page has stopped reading.
async function cancel(target, paths, workers) {
  return withPage(target, {}, async (page) => {
    await page.goto(`${page.url().replace(/[?#].*/, "")}?workers=${workers}`, { waitUntil: "load" });
    await ready(page);
    await chooseFiles(page, paths);
    await waitFor(page, () => document.body.dataset.state === "reading", 30_000);
    await new Promise((done) => setTimeout(done, 700));
    return page.evaluate(() => new Promise((done) => {
      const start = performance.now();
      [...document.querySelectorAll("button")].find((button) => button.textContent.startsWith("Cancel")).click();
      const look = () => document.body.dataset.state === "reading" ? setTimeout(look, 1) : done(performance.now() - start);
      look();
    }));
  });
}

// ---- What a user would pick instead ----

async function timed(command, args) {
  try {
    const start = process.hrtime.bigint();
    await run(command, args, { maxBuffer: 1 << 30 });
    return Number(process.hrtime.bigint() - start) / 1e6;
  } catch (error) {
    // grep answers 1 when nothing matches.
    if (error.code === "ENOENT" || /No module named/.test(error.stderr ?? "")) return null;
    throw new Error(`${command} ${args.join(" ")}: ${error.stderr || error.message}`);
  }
}

const PYTHON = process.env.BENCH_PYTHON ?? "python3";
const COUNT_CSV = "import csv,sys\nn=0\nfor row in csv.reader(open(sys.argv[1],encoding='utf-8')): n+=len(row)>1";
const COUNT_POLARS = "import polars,sys\nd=polars.read_csv(sys.argv[1],comment_prefix='#',has_header=False,infer_schema=False,truncate_ragged_lines=True,ignore_errors=True)\nd.group_by(d.columns[min(8,d.width-1)]).len()";

async function others(path) {
  if (path.endsWith(".evtx")) {
    return [["evtx_dump, JSON lines, 1 thread", await timed(process.env.EVTX_DUMP ?? "evtx_dump", ["-t", "1", "-o", "jsonl", "-f", "/dev/null", "--no-confirm-overwrite", path])]];
  }
  return [
    ["grep -c DEFER", await timed("grep", ["-c", "-a", "-E", "DEFER|Retry|452 4", path]).catch(() => null)],
    ["Python csv", await timed(PYTHON, ["-c", COUNT_CSV, path])],
    ["polars, group by", await timed(PYTHON, ["-c", COUNT_POLARS, path])],
  ];
}

// ---- The run ----

const lines = [];
const say = (line) => {
  lines.push(line);
  console.log(line);
};
const figures = { native, single: [], mixed: [], cancel: [] };
const browsers = targets.filter(({ from }) => from === "http");
const folderSize = sizeOf(all);

// All files of a kind together, so that what every drop costs once (starting, showing the report) weighs little.
const kind = (path) => basename(path).replace(/-\d+(?=\.\w+$)/, "");
const ofKind = (path) => all.filter((other) => kind(other) === kind(path));

say(`One kind at a time, one worker. MB/s; in brackets the ratio to the floor, a worker that only reads the files into memory.\n`);
say("| input | MB in browsers | native | native peak, MB | Chromium | Firefox | to native, Chromium | instead |");
say("|---|---:|---:|---:|---:|---:|---:|---|");
for (const one of native) {
  const entry = { name: one.name, bytes: one.bytes, native_ms: one.seconds * 1e3, browsers: [], others: await others(one.file) };
  for (const target of browsers) entry.browsers.push(await measure(target, ofKind(one.file), 1, { alone: true }));
  figures.single.push(entry);
  const cell = ({ bytes, ms, floor_ms }) => `${round(speed(bytes, ms))} (${round(floor_ms / ms, 2)})`;
  const instead = entry.others.map(([name, ms]) => ms === null ? `${name}: not installed` : `${name} ${round(speed(one.bytes, ms))}`);
  const [chromium] = entry.browsers;
  say(`| ${one.name} | ${round(chromium.bytes / 1e6)} | ${round(speed(one.bytes, entry.native_ms))} | ${round(one.peak_bytes / 1e6)} | ${entry.browsers.map(cell).join(" | ")} | ${round(speed(chromium.bytes, chromium.ms) / speed(one.bytes, entry.native_ms), 2)} | ${instead.join(", ")} |`);
}

say(`\nThe whole folder, ${all.length} files, ${round(folderSize / 1e6)} MB, from drop to report.\n`);
say("| browser | workers | seconds | MB/s | to one worker | memory of the page before, MB | at most, MB | longest pause of the page, ms | tasks over 50 ms | cancel, ms |");
say("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
for (const target of browsers) {
  let one;
  for (const workers of [1, 2, 4]) {
    const result = await measure(target, all, workers, { memory: true });
    result.cancel_ms = await cancel(target, all, workers);
    one ??= result.ms;
    figures.mixed.push(result);
    say(`| ${target.browser} | ${workers} | ${round(result.ms / 1e3, 1)} | ${round(speed(folderSize, result.ms))} | ${round(one / result.ms, 2)} | ${round(result.before_bytes / 1e6)} | ${round(result.peak_bytes / 1e6)} | ${round(result.longest_ms)} | ${result.long_tasks ? result.long_tasks.length : "not told"} | ${round(result.cancel_ms)} |`);
  }
}
await closeAll();
writeFileSync(`${out}.md`, `${lines.join("\n")}\n`);
writeFileSync(`${out}.json`, `${JSON.stringify(figures, (key, value) => key === "file" ? basename(value) : value, 2)}\n`);
console.log(`\nWritten to ${out}.md and ${out}.json`);
