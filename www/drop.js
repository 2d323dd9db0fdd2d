// What was dropped, as a flat list of files. For Rust to call inside its `drop` listener, while the event lasts:
//
//   queuescopeDroppedFiles(event.dataTransfer) -> Promise<{ files: [{ path, file }], problems: [{ path, message }] }>
//
// Sorted by path; `path` starts with the name of what was dropped and uses "/". A folder that cannot be read is a problem,
// and the rest goes on. The page reads no contents here: a `File` is a handle.
//
// Traps:
// - What is dropped is gone when the event ends, so everything is asked for before the first wait.
// - On a file:// page in Chromium every entry of webkitGetAsEntry fails with an EncodingError, for files and folders. The
//   newer handles work there, but Firefox does not have them. Neither exists for a drop that a script made up.
// - readEntries gives at most 100 entries at a time in Chromium and has to be called until it gives none.
(function () {
  "use strict";

  async function walkHandle(handle, path, found) {
    if (handle.kind === "file") {
      found.files.push({ path, file: await handle.getFile() });
      return;
    }
    for await (const [name, child] of handle.entries()) {
      await attempt(`${path}/${name}`, found, (childPath) => walkHandle(child, childPath, found));
    }
  }

  async function walkEntry(entry, path, found) {
    if (entry.isFile) {
      found.files.push({ path, file: await new Promise((done, failed) => entry.file(done, failed)) });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const children = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (children.length === 0) return;
      for (const child of children) {
        await attempt(`${path}/${child.name}`, found, (childPath) => walkEntry(child, childPath, found));
      }
    }
  }

  async function attempt(path, found, walk) {
    try {
      await walk(path);
    } catch (error) {
      found.problems.push({ path, message: String(error && error.message || error) });
    }
  }

  async function walkRoot({ handle, entry, file }, found) {
    const known = await Promise.resolve(handle).catch(() => null);
    if (known) return attempt(known.name, found, (path) => walkHandle(known, path, found));
    if (entry && entry.isDirectory) return attempt(entry.name, found, (path) => walkEntry(entry, path, found));
    if (file) found.files.push({ path: file.name, file });
  }

  globalThis.queuescopeDroppedFiles = (transfer) => {
    const roots = [...transfer.items].filter((item) => item.kind === "file").map((item) => ({
      handle: item.getAsFileSystemHandle ? item.getAsFileSystemHandle() : null,
      entry: item.webkitGetAsEntry ? item.webkitGetAsEntry() : null,
      file: item.getAsFile(),
    }));
    const found = { files: [], problems: [] };
    const byPath = (a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
    return Promise.all(roots.map((root) => walkRoot(root, found))).then(() => ({
      files: found.files.sort(byPath),
      problems: found.problems.sort(byPath),
    }));
  };
})();
