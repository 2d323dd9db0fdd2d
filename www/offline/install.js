// Keeps, updates and removes the hosted copy of Queuescope in this browser (see install.html). What does the keeping is
// service-worker.js; it is started from here and from nowhere else.
(function () {
  "use strict";

  // As the page chooses it: what the reader chose there, else the first language of the browser's list that is known here.
  function language() {
    const known = (tag) => ["en", "de"].includes(tag);
    let chosen = null;
    try {
      chosen = localStorage.getItem("queuescope-language");
    } catch {
      // Refused: nothing was chosen.
    }
    const asked = (navigator.languages || []).map((tag) => tag.split(/[-_]/)[0].toLowerCase());
    return known(chosen) ? chosen : asked.find(known) || "en";
  }

  const german = language() === "de";
  const WORDS = german
    ? {
        title: "Queuescope ohne Netzwerk",
        newer: "Eine neuere Version ist auf diesem Computer und wartet auf Sie.",
        kept: "Queuescope ist auf diesem Computer gespeichert.",
        keeping: "Queuescope wird gespeichert; das dauert einen Augenblick.",
        none: "Queuescope ist auf diesem Computer nicht gespeichert.",
        file: "Diese Kopie wurde aus einer Datei geöffnet: Sie ist schon auf diesem Computer, und es gibt nichts zu speichern.",
        refuses: "Dieser Browser behält Seiten nur von einer Adresse, die mit https beginnt, und nicht in einem privaten Fenster.",
        failed: "Der Browser hat das Speichern verweigert: ",
        silent: "Der Browser sagt nicht, was er gespeichert hat: ",
      }
    : {
        title: "Queuescope without a network",
        newer: "A newer version is on this computer and waits for you.",
        kept: "Queuescope is kept on this computer.",
        keeping: "Keeping it; this takes a moment.",
        none: "Queuescope is not kept on this computer.",
        file: "This copy was opened from a file: it is on this computer already, and there is nothing to keep.",
        refuses: "This browser keeps pages only from an address that begins with https, and not in a private window.",
        failed: "The browser refused to keep it: ",
        silent: "The browser does not say what it keeps: ",
      };
  document.documentElement.lang = german ? "de" : "en";
  document.title = WORDS.title;

  const by = (id) => document.getElementById(id);
  const say = (state, text) => {
    document.body.dataset.state = state;
    by("kept").textContent = text;
  };
  const policy = globalThis.trustedTypes &&
    trustedTypes.createPolicy("queuescope", { createScriptURL: (url) => url });
  const address = policy ? policy.createScriptURL("service-worker.js") : "service-worker.js";

  async function look() {
    const known = await navigator.serviceWorker.getRegistration();
    const waiting = Boolean(known && known.waiting);
    by("keep").hidden = Boolean(known);
    by("use").hidden = !waiting;
    by("remove").hidden = !known;
    if (waiting) say("newer", WORDS.newer);
    else if (known && known.active) say("kept", WORDS.kept);
    else if (known) say("keeping", WORDS.keeping);
    else say("not-kept", WORDS.none);
    return known;
  }

  // Whatever a worker comes to is shown.
  function watch(known) {
    const follow = (worker) => worker && worker.addEventListener("statechange", look);
    for (const worker of [known.installing, known.waiting, known.active]) follow(worker);
    known.addEventListener("updatefound", () => {
      follow(known.installing);
      look();
    });
  }

  async function start() {
    if (!("serviceWorker" in navigator)) {
      say("not-here", location.protocol === "file:" ? WORDS.file : WORDS.refuses);
      return;
    }
    by("keep").addEventListener("click", async () => {
      say("keeping", WORDS.keeping);
      try {
        watch(await navigator.serviceWorker.register(address, { updateViaCache: "none" }));
        await look();
      } catch (error) {
        say("failed", WORDS.failed + error.message);
      }
    });
    by("use").addEventListener("click", async () => {
      const known = await navigator.serviceWorker.getRegistration();
      navigator.serviceWorker.addEventListener("controllerchange", look);
      if (known && known.waiting) known.waiting.postMessage("use");
    });
    by("remove").addEventListener("click", async () => {
      const known = await navigator.serviceWorker.getRegistration();
      if (known) await known.unregister();
      for (const name of await caches.keys()) if (name.startsWith("queuescope-")) await caches.delete(name);
      await look();
    });
    const known = await look();
    if (known) {
      watch(known);
      // Without a network there is nothing newer to be had, and that is no fault.
      await known.update().catch(() => {});
      await look();
    }
  }

  start().catch((error) => say("failed", WORDS.silent + error.message));
})();
