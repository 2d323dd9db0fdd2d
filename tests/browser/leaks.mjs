// Every way we know in which a script can make a browser send something. Both functions run in the browser: the first in
// the page, the second in a worker, so neither may use anything from here. Each way gets a tag, which stands in its address
// where the given addresses have "TAG".
//
// Left out on purpose: following a link, and opening a window. No policy of a page covers them, and the page has no code
// that does either by itself (see the list of imports).

// Tries all ways to reach the addresses, and says for each how it ended. Ended well means nothing: the servers are asked.
export async function leakFromPage(bases) {
  const outcome = {};
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  const attempts = [];
  const attempt = (tag, way) => {
    for (const base of bases) {
      const one = async () => Promise.race([way(base.replace("TAG", `leak-${tag}`)), wait(2000).then(() => "no answer")]);
      attempts.push(one().then(String, (error) => `refused: ${error.name}`).then((result) => { outcome[tag] = result; }));
    }
  };
  await wait(0); // what the driver calls directly is exempt from parts of the policy; what a timer calls is not
  const ended = (thing) => new Promise((done) => {
    thing.onload = () => done("loaded");
    thing.onerror = () => done("error");
  });
  const element = (name, properties) => {
    const made = document.createElement(name);
    const end = ended(made);
    Object.assign(made, properties);
    document.body.append(made);
    return end;
  };

  attempt("fetch", (url) => fetch(url, { mode: "no-cors" }));
  attempt("fetch-keepalive", (url) => fetch(url, { method: "POST", body: "x", keepalive: true, mode: "no-cors" }));
  attempt("xhr", (url) => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.onloadend = () => done(request.status);
    request.open("GET", url);
    request.send();
  }));
  attempt("websocket", (url) => new Promise((done) => {
    const socket = new WebSocket(url.replace(/^http/, "ws"));
    socket.onopen = () => done("open");
    socket.onerror = () => done("error");
  }));
  attempt("eventsource", (url) => new Promise((done) => {
    const source = new EventSource(url);
    source.onerror = () => { source.close(); done("error"); };
  }));
  attempt("beacon", (url) => navigator.sendBeacon(url, "x"));
  attempt("image", (url) => element("img", { src: url }));
  attempt("picture-set", (url) => element("img", { srcset: `${url} 2x, ${url} 1x` }));
  attempt("video", (url) => element("video", { src: url, preload: "auto" }));
  attempt("frame", (url) => element("iframe", { src: url }));
  attempt("object", (url) => element("object", { data: url }));
  attempt("embed", (url) => element("embed", { src: url }));
  attempt("stylesheet", (url) => element("link", { rel: "stylesheet", href: url }));
  attempt("prefetch", (url) => element("link", { rel: "prefetch", href: url }));
  attempt("preload", (url) => element("link", { rel: "preload", as: "image", href: url }));
  attempt("icon", (url) => element("link", { rel: "icon", href: url }));
  attempt("manifest", (url) => element("link", { rel: "manifest", href: url }));
  attempt("style", (url) => element("style", { textContent: `@import "${url}";` }));
  attempt("background", async (url) => {
    const box = document.createElement("div");
    box.style.backgroundImage = `url("${url}")`;
    box.textContent = "x";
    document.body.append(box);
    await wait(500);
  });
  attempt("font", (url) => new FontFace("leak", `url("${url}")`).load());
  attempt("script", (url) => element("script", { src: url }));
  attempt("import", (url) => import(url));
  attempt("worker", (url) => ended(new Worker(url)));
  attempt("shared-worker", (url) => ended(new SharedWorker(url)));
  attempt("service-worker", (url) => navigator.serviceWorker.register(url));
  attempt("form", async (url) => {
    const form = document.createElement("form");
    const frame = document.createElement("iframe");
    frame.name = `leak-${attempts.length}-${url.length}`;
    Object.assign(form, { action: url, method: "post", target: frame.name });
    document.body.append(frame, form);
    form.submit();
    await wait(500);
  });
  attempt("webrtc", (url) => new RTCPeerConnection({ iceServers: [{ urls: `stun:${new URL(url).host}` }] }).createOffer());
  await Promise.all(attempts);
  return outcome;
}

// The same from inside a worker.
export async function leakFromWorker(bases) {
  const outcome = {};
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  const attempts = [];
  const attempt = (tag, way) => {
    for (const base of bases) {
      const one = async () => Promise.race([way(base.replace("TAG", `leak-${tag}`)), wait(2000).then(() => "no answer")]);
      attempts.push(one().then(String, (error) => `refused: ${error.name}`).then((result) => { outcome[tag] = result; }));
    }
  };
  attempt("worker-fetch", (url) => fetch(url, { mode: "no-cors" }));
  attempt("worker-xhr", (url) => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.onloadend = () => done(request.status);
    request.open("GET", url);
    request.send();
  }));
  attempt("worker-websocket", (url) => new Promise((done) => {
    const socket = new WebSocket(url.replace(/^http/, "ws"));
    socket.onopen = () => done("open");
    socket.onerror = () => done("error");
  }));
  attempt("worker-eventsource", (url) => new Promise((done) => {
    const source = new EventSource(url);
    source.onerror = () => { source.close(); done("error"); };
  }));
  attempt("worker-importscripts", (url) => importScripts(url));
  attempt("worker-import", (url) => import(url));
  attempt("worker-worker", (url) => new Worker(url));
  await Promise.all(attempts);
  return outcome;
}
