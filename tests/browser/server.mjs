// A plain static web server, for `make run` and for the tests. Only on 127.0.0.1, only GET and HEAD, only below one folder.
//
//   node tests/browser/server.mjs FOLDER [PORT]
//
// The tests use it as a witness as well: `hits` holds every request it was sent, and it may be set as the browsers' proxy,
// so that a request to any other machine ends here and is counted instead of leaving.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".sha256": "text/plain; charset=utf-8",
};

// Serves `folder` below `prefix` ("/" or "/some/path/"). `port` 0 takes a free one.
export async function serve(folder, { port = 0, prefix = "/" } = {}) {
  let root = resolve(folder);
  let isDown = false;
  const hits = [];

  const server = createServer(async (request, response) => {
    hits.push({ method: request.method, url: request.url, host: request.headers.host ?? "" });
    if (isDown) return request.socket.destroy();
    const answer = (status, type, body) => {
      response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff" });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    try {
      // As a proxy the server is sent whole addresses; only its own are answered.
      const url = new URL(request.url, `http://${request.headers.host}`);
      const own = url.host === `127.0.0.1:${server.address().port}`;
      if (!own || !["GET", "HEAD"].includes(request.method) || !url.pathname.startsWith(prefix)) {
        return answer(404, TYPES[".sha256"], "not here\n");
      }
      let path = normalize(join(root, decodeURIComponent(url.pathname.slice(prefix.length))));
      if (path !== root && !path.startsWith(root + sep)) return answer(404, TYPES[".sha256"], "not here\n");
      if (path === root || url.pathname.endsWith("/")) path = join(path, "index.html");
      return answer(200, TYPES[extname(path)] ?? "application/octet-stream", await readFile(path));
    } catch {
      return answer(404, TYPES[".sha256"], "not here\n");
    }
  });
  // What a browser asks a proxy for before an https or WebSocket connection: noted, and refused.
  server.on("connect", (request, socket) => {
    hits.push({ method: "CONNECT", url: request.url, host: request.url });
    socket.on("error", () => {});
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  server.on("upgrade", (request, socket) => {
    hits.push({ method: "UPGRADE", url: request.url, host: request.headers.host ?? "" });
    socket.destroy();
  });
  server.on("clientError", (_, socket) => socket.destroy());

  await new Promise((done, failed) => server.once("error", failed).listen(port, "127.0.0.1", done));
  return {
    port: server.address().port,
    address: `http://127.0.0.1:${server.address().port}${prefix}`,
    hits,
    // For tests of what works without the server: it hangs up on everybody, or serves another folder.
    down(now) { isDown = now; },
    from(other) { root = resolve(other); },
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "dist", port = "8080"] = process.argv.slice(2);
  try {
    const { address } = await serve(folder, { port: Number(port) });
    console.log(`Queuescope: ${address}   (Ctrl+C stops)`);
  } catch (error) {
    const why = { EADDRINUSE: "is in use", EACCES: "needs more rights", ERR_SOCKET_BAD_PORT: "is not a port" }[error.code];
    if (!why) throw error;
    console.error(`${port} ${why}. Choose another port: make run PORT=8081`);
    process.exit(1);
  }
}
