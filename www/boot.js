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

  // What is said here is said when the page cannot speak: in German to those who chose it or whose browser asks for it first.
  // All other texts of the page are in src/ui/language.
  const GERMAN = (() => {
    let chosen = null;
    try { chosen = localStorage.getItem("queuescope-language"); } catch { /* no storage, no choice */ }
    const known = [chosen, ...(navigator.languages ?? [])].find((tag) => /^(de|en)\b/i.test(tag ?? ""));
    return /^de/i.test(known ?? "");
  })();
  const say = (english, german) => GERMAN ? german : english;

  const BROWSERS = say("Queuescope runs in Edge or Chrome 96, Firefox 113, Safari 16.4 and everything newer.",
    "Queuescope läuft in Edge oder Chrome 96, Firefox 113, Safari 16.4 und allem Neueren.");
  const COMMAND_LINE = say("The command line tool does the same without a browser: queuescope diagnose PATH.",
    "Das Befehlszeilenprogramm leistet dasselbe ohne Browser: queuescope diagnose PFAD.");
  // How much is unpacked at a time, in bytes.
  const PIECE = 1 << 18;
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
    main.lang = say("en", "de");
    const add = (tag, text) => main.appendChild(document.createElement(tag)).textContent = text;
    add("h1", "Queuescope");
    add("p", what);
    add("p", remedy);
    add("p", say("Your files were not changed, and nothing left this machine.",
      "Ihre Dateien wurden nicht verändert, und nichts hat diesen Computer verlassen."));
    if (cause) add("pre", String(cause));
    document.getElementById("app").replaceChildren(main);
  }

  // One policy for the one address that a script may be loaded from: the worker's own text.
  const scriptPolicy = globalThis.trustedTypes &&
    trustedTypes.createPolicy("queuescope", { createScriptURL: (url) => url });

  function requireBrowser() {
    if (typeof WebAssembly !== "object") {
      throw new StartError(
        say("This browser does not run WebAssembly, which Queuescope is made of.",
          "Dieser Browser führt WebAssembly nicht aus, woraus Queuescope besteht."),
        BROWSERS + say(
          " Some sites switch WebAssembly off by policy or with an enhanced security mode; allow it for this page. ",
          " Manche Organisationen schalten WebAssembly per Richtlinie oder durch einen erweiterten Sicherheitsmodus aus; lassen Sie es für diese Seite zu. ") +
          COMMAND_LINE);
    }
    const missing = ["Worker", "Blob", "TextDecoder", "DecompressionStream"].filter((name) => !(name in globalThis));
    if (!WebAssembly.compileStreaming) missing.push("WebAssembly.compileStreaming");
    if (missing.length > 0) {
      throw new StartError(
        say("This browser is too old for Queuescope: it has no ", "Dieser Browser ist zu alt für Queuescope; ihm fehlt: ") +
          missing.join(", ") + ".",
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

  // Browsers know gzip; what unpacks the better form is small enough for it.
  async function gunzip(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  // Compiles the module while the rest of it is unpacked: the browser does the one beside the other.
  async function load() {
    let unpacker, packed, cause;
    try {
      unpacker = await gunzip(take("queuescope-unpack-wasm").bytes);
      packed = take("queuescope-wasm");
    } catch (error) {
      cause = error;
    }
    let damaged = !packed;
    if (packed) {
      queuescopeUnpack.initSync({ module: await WebAssembly.compile(unpacker).catch(refused) });
      const unpacking = new queuescopeUnpack.Unpacking(packed.bytes, packed.unpacked);
      const next = () => {
        let piece = null;
        try {
          if (!damaged) piece = unpacking.next(PIECE);
        } catch (error) {
          cause = error;
        }
        damaged = !piece;
        return piece ?? [];
      };
      const pieces = new ReadableStream({
        pull(controller) {
          const piece = next();
          if (piece.length > 0) return controller.enqueue(piece);
          if (damaged) return controller.error(null);
          performance.mark("queuescope-unpacked");
          controller.close();
        },
      });
      const response = new Response(pieces, { headers: { "Content-Type": "application/wasm" } });
      const module = await WebAssembly.compileStreaming(response).catch((error) => {
        // What is damaged makes no module, and that is seen before the checksum, which comes last.
        while (next().length > 0);
        if (!damaged) refused(error);
      });
      if (module && !damaged) return module;
    }
    throw new StartError(
      say("This copy of Queuescope is damaged or incomplete.", "Diese Kopie von Queuescope ist beschädigt oder unvollständig."),
      say("Get the file again and compare its SHA-256 with the published one.",
        "Beschaffen Sie die Datei erneut, und vergleichen Sie ihren SHA-256-Wert mit dem veröffentlichten."), cause);
  }

  function refused(error) {
    throw new StartError(
      say("The browser refused to compile Queuescope's WebAssembly module.",
        "Der Browser hat sich geweigert, das WebAssembly-Modul von Queuescope zu kompilieren."),
      say("If this page comes from a web server or through a proxy that adds its own Content-Security-Policy header, that " +
        "header has to allow 'wasm-unsafe-eval'. If this browser runs in an enhanced security mode, allow WebAssembly for " +
        "this page. ",
      "Wenn diese Seite von einem Webserver oder über einen Proxy kommt, der eine eigene Kopfzeile Content-Security-Policy " +
        "hinzufügt, muss diese 'wasm-unsafe-eval' erlauben. Wenn dieser Browser in einem erweiterten Sicherheitsmodus läuft, " +
        "lassen Sie WebAssembly für diese Seite zu. ") + BROWSERS + " " + COMMAND_LINE, error);
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
      throw new StartError(say("A part of this page did not run.", "Ein Teil dieser Seite wurde nicht ausgeführt."),
        say("Either this copy was altered after it was built (get it again and compare its SHA-256 with the published one), or " +
          "a web server or proxy adds a Content-Security-Policy header that forbids the page's own scripts.",
        "Entweder wurde diese Kopie verändert (beschaffen Sie sie erneut, und vergleichen Sie ihren SHA-256-Wert mit dem " +
          "veröffentlichten), oder ein Webserver oder Proxy fügt eine Kopfzeile Content-Security-Policy hinzu, die die Skripts der " +
          "Seite verbietet."));
    }
    const module = await load();
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
      fail(say("Queuescope stopped because of an error of its own.", "Queuescope wurde wegen eines eigenen Fehlers beendet."),
        say("Reload the page to start again. It may happen again with the same files. ",
          "Laden Sie die Seite neu, um neu zu beginnen. Mit denselben Dateien kann es wieder geschehen. ") + COMMAND_LINE,
        event.error);
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    start().catch((error) => {
      fail(error instanceof StartError ? error.message : say("Queuescope could not start.", "Queuescope konnte nicht gestartet werden."),
        error instanceof StartError ? error.remedy : BROWSERS + " " + COMMAND_LINE,
        error instanceof StartError ? error.cause : error);
    });
  });
})();
