// Takes the shipped page apart: its policy, its scripts, its module.

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { SINGLE_FILE } from "./harness.mjs";

export async function shipped() {
  const page = await readFile(SINGLE_FILE, "utf8");
  const scripts = [...page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)].map(([, attributes, text]) => ({ attributes, text }));
  const glue = scripts.find(({ attributes }) => attributes.includes("queuescope-glue")).text;
  const packed = scripts.find(({ attributes }) => attributes.includes("queuescope-wasm"));
  const unpacker = scripts.find(({ attributes }) => attributes.includes("queuescope-unpack-wasm"));
  const septets = scripts.find(({ text }) => text.includes("function queuescopeSeptets")).text;
  const queuescopeSeptets = new Function(`${septets}; return queuescopeSeptets;`)();
  const read = ({ attributes, text }) => queuescopeSeptets(text, Number(attributes.match(/data-length="(\d+)"/)[1]));
  const unpackerScript = scripts.find(({ text }) => text.startsWith("const queuescopeUnpack")).text;
  const own = scripts.filter(({ attributes }) => attributes === "").map(({ text }) => text);
  return {
    page, scripts, glue, own,
    policy: page.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)[1],
    module: unpack(unpackerScript, gunzipSync(read(unpacker)), read(packed), packed.attributes),
    unpacker: gunzipSync(read(unpacker)),
    packed: read(packed),
  };
}

// With the page's own unpacker.
function unpack(script, unpacker, packed, attributes) {
  const bindings = new Function(`${script}; return queuescopeUnpack;`)();
  bindings.initSync({ module: new WebAssembly.Module(unpacker) });
  const unpacking = new bindings.Unpacking(packed, Number(attributes.match(/data-unpacked="(\d+)"/)[1]));
  const pieces = [];
  do pieces.push(unpacking.next(1 << 20)); while (pieces.at(-1).length > 0);
  return Buffer.concat(pieces);
}
