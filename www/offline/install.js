// Keeps, updates and removes the hosted copy of Queuescope in this browser (see install.html). What does the keeping is
// service-worker.js; it is started from here and from nowhere else.
(function () {
  "use strict";

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
    if (waiting) say("newer", "A newer version is on this computer and waits for you.");
    else if (known && known.active) say("kept", "Queuescope is kept on this computer.");
    else if (known) say("keeping", "Keeping it; this takes a moment.");
    else say("not-kept", "Queuescope is not kept on this computer.");
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
      say("not-here", location.protocol === "file:"
        ? "This copy was opened from a file: it is on this computer already, and there is nothing to keep."
        : "This browser keeps pages only from an address that begins with https, or in a window that is not private.");
      return;
    }
    by("keep").addEventListener("click", async () => {
      say("keeping", "Keeping it; this takes a moment.");
      try {
        watch(await navigator.serviceWorker.register(address, { updateViaCache: "none" }));
        await look();
      } catch (error) {
        say("failed", "The browser refused to keep it: " + error.message);
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

  start().catch((error) => say("failed", "The browser does not say what it keeps: " + error.message));
})();
