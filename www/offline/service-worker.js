// Answers for the hosted copy of Queuescope when there is no network. It knows a fixed list of files, fetches them once per
// version, and passes everything else on. It takes one message, "use", and reads nothing else of what a page may send: no
// way leads from a page to a request.
//
// The packer puts the version into the two names below, so that a new version is a new worker with a cache of its own. A new
// worker waits until it is told, or until no window of the old one is left.
"use strict";

const VERSION = "queuescope:version";
const CACHE = "queuescope-" + VERSION;
const FILES = ["index.html", "queuescope.html", "queuescope.html.sha256", "install.html", "manifest.webmanifest", "icon.svg"];

const fileOf = (address) => {
  const scope = new URL(self.registration.scope);
  const url = new URL(address);
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return undefined;
  const name = url.pathname.slice(scope.pathname.length) || "index.html";
  return FILES.includes(name) ? name : undefined;
};

self.addEventListener("install", (event) => {
  const requests = FILES.map((name) => new Request(name, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(
    names.filter((name) => name.startsWith("queuescope-") && name !== CACHE).map((name) => caches.delete(name)))));
});

self.addEventListener("message", (event) => {
  if (event.data === "use") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const name = event.request.method === "GET" && fileOf(event.request.url);
  if (!name) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(name)).then((kept) => kept || Response.error()));
});
