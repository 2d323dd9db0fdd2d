for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) delete globalThis[name];

// Starts the page. The line above comes first because no policy covers WebRTC: without its constructor, no script of
// this page can open a peer connection.
//
// The sealed page holds more blocks: #queuescope-glue, the classic script that wasm-bindgen wrote (it runs here and,
// as text, in every worker); #queuescope-wasm, the module itself as lzip; and what unpacks it, a small module in
// #queuescope-unpack-wasm with its script `queuescopeUnpack`. All are in the page because the policy forbids every
// request, to its own server too; it makes no difference whether the page came from a web server or from a file.
//
// What Rust may call:
//   queuescopeSpawnWorker() -> Worker   A new worker that runs the same module. Post to it at once: the browser keeps
//                                       messages in order until the module has started. It reports a start that
//                                       failed through its `error` event.
//   queuescopeDroppedFiles(...)         See drop.js.
//   queuescopeFail(what, remedy)        Replaces the page by a plain message. For what cannot be recovered from.
//
// Traps: a module worker does not start from a file:// page in Chromium, a classic one does. `new WebAssembly.Module`
// refuses more than 8 MB on Chromium's page thread, so compile asynchronously. `fetch("data:...")` falls under the
// policy, so blocks are decoded by hand (septets.js).
(function () {
  "use strict";

  const BROWSERS = "Queuescope runs in Edge or Chrome 96, Firefox 113, Safari 16.4 and everything newer.";
  const COMMAND_LINE = "The command line tool does the same without a browser: queuescope diagnose PATH.";
  let started = false;

  // Reasons that are ours to explain; everything else is reported as found.
  class StartError extends Error {
    constructor(what, remedy, cause) {
      super(what);
      this.remedy = remedy;
      this.cause = cause;
    }
  }

  function fail(what, remedy, cause) {
    document.body.dataset.state = "failed";
    const main = document.createElement("main");
    main.id = "boot";
    main.dataset.view = "boot";
    main.setAttribute("role", "alert");
    const add = (tag, text) => main.appendChild(document.createElement(tag)).textContent = text;
    add("h1", "Queuescope");
    add("p", what);
    add("p", remedy);
    add("p", "Your files were not changed, and nothing left this machine.");
    if (cause) add("pre", String(cause));
    document.getElementById("app").replaceChildren(main);
  }

  // One policy for the one address that a script may be loaded from: the worker's own text.
  const scriptPolicy = globalThis.trustedTypes &&
    trustedTypes.createPolicy("queuescope", { createScriptURL: (url) => url });

  function requireBrowser() {
    if (typeof WebAssembly !== "object") {
      throw new StartError(
        "This browser does not run WebAssembly, which Queuescope is made of.",
        BROWSERS + " Some sites switch WebAssembly off by policy or with an enhanced security mode; allow it for this page. " +
          COMMAND_LINE);
    }
    const missing = ["Worker", "Blob", "TextDecoder"].filter((name) => !(name in globalThis));
    if (missing.length > 0) {
      throw new StartError("This browser is too old for Queuescope: it has no " + missing.join(", ") + ".",
        BROWSERS + " " + COMMAND_LINE);
    }
  }

  // What a block holds. It is large and not needed again.
  function take(id) {
    const block = document.getElementById(id);
    block.remove();
    const { length, unpacked } = block.dataset;
    return { bytes: queuescopeSeptets(block.textContent, Number(length)), unpacked: Number(unpacked) };
  }

  async function unpack() {
    let unpacker, packed, bytes, cause;
    try {
      unpacker = take("queuescope-unpack-wasm").bytes;
      packed = take("queuescope-wasm");
    } catch (error) {
      cause = error;
    }
    if (packed) {
      queuescopeUnpack.initSync({ module: await compile(unpacker) });
      bytes = queuescopeUnpack.unpack(packed.bytes, packed.unpacked);
    }
    if (bytes) return bytes;
    throw new StartError("This copy of Queuescope is damaged or incomplete.",
      "Get the file again and compare its SHA-256 with the published one.", cause);
  }

  async function compile(bytes) {
    try {
      return await WebAssembly.compile(bytes);
    } catch (error) {
      throw new StartError("The browser refused to compile Queuescope's WebAssembly module.",
        "If this page comes from a web server or through a proxy that adds its own Content-Security-Policy header, that " +
          "header has to allow 'wasm-unsafe-eval'. If this browser runs in an enhanced security mode, allow WebAssembly for " +
          "this page. " + BROWSERS + " " + COMMAND_LINE, error);
    }
  }

  function offerWorkers(module) {
    const glue = document.getElementById("queuescope-glue").textContent;
    const start = "\nonmessage = (event) => { onmessage = null; wasm_bindgen.initSync({ module: event.data }); };\n";
    const address = URL.createObjectURL(new Blob([glue, start], { type: "text/javascript" }));
    const trusted = scriptPolicy ? scriptPolicy.createScriptURL(address) : address;
    globalThis.queuescopeSpawnWorker = () => {
      const worker = new Worker(trusted, { name: "queuescope" });
      worker.postMessage(module);
      return worker;
    };
  }

  async function start() {
    requireBrowser();
    if (typeof wasm_bindgen === "undefined" || typeof queuescopeUnpack === "undefined") {
      throw new StartError("A part of this page did not run.",
        "Either this copy was altered after it was built (get it again and compare its SHA-256 with the published one), or " +
          "a web server or proxy adds a Content-Security-Policy header that forbids the page's own scripts.");
    }
    const bytes = await unpack();
    performance.mark("queuescope-unpacked");
    const module = await compile(bytes);
    performance.mark("queuescope-compiled");
    offerWorkers(module);
    await wasm_bindgen({ module_or_path: module });
    started = true;
    performance.mark("queuescope-started");
  }

  globalThis.queuescopeFail = fail;

  // A trap after the start leaves the module in no state to go on. Errors of other kinds are left to the page.
  globalThis.addEventListener("error", (event) => {
    if (started && globalThis.WebAssembly && event.error instanceof WebAssembly.RuntimeError) {
      fail("Queuescope stopped because of an error of its own.",
        "Reload the page to start again. If it happens again with the same files, " + COMMAND_LINE.charAt(0).toLowerCase() +
          COMMAND_LINE.slice(1), event.error);
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    start().catch((error) => {
      fail(error instanceof StartError ? error.message : "Queuescope could not start.",
        error instanceof StartError ? error.remedy : BROWSERS + " " + COMMAND_LINE,
        error instanceof StartError ? error.cause : error);
    });
  });
})();
