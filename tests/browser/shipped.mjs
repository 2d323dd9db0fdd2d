// Takes the shipped page apart: its policy, its scripts, its module.

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { SINGLE_FILE } from "./harness.mjs";

const scriptsOf = (page) =>
  [...page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)].map(([, attributes, text]) => ({ attributes, text }));

// The bytes of a block, read by the page's own script.
function bytesOf(scripts, id) {
  const { attributes, text } = scripts.find((script) => script.attributes.includes(id));
  const septets = scripts.find(({ text }) => text.includes("function queuescopeSeptets")).text;
  const queuescopeSeptets = new Function(`${septets}; return queuescopeSeptets;`)();
  return queuescopeSeptets(text, Number(attributes.match(/data-length="(\d+)"/)[1]));
}

// The packed module in a page.
export const packedIn = (page) => bytesOf(scriptsOf(page), "queuescope-wasm");

export async function shipped() {
  const page = await readFile(SINGLE_FILE, "utf8");
  const scripts = scriptsOf(page);
  const glue = scripts.find(({ attributes }) => attributes.includes("queuescope-glue")).text;
  const packed = packedIn(page);
  const unpacker = gunzipSync(bytesOf(scripts, "queuescope-unpack-wasm"));
  const unpackerScript = scripts.find(({ text }) => text.startsWith("const queuescopeUnpack")).text;
  const own = scripts.filter(({ attributes }) => attributes === "").map(({ text }) => text);
  return {
    page, scripts, glue, own,
    policy: page.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)[1],
    module: unpack(unpackerScript, unpacker, packed, Number(page.match(/data-unpacked="(\d+)"/)[1])),
    unpacker, packed,
  };
}

// With the page's own unpacker.
function unpack(script, unpacker, packed, length) {
  const bindings = new Function(`${script}; return queuescopeUnpack;`)();
  bindings.initSync({ module: new WebAssembly.Module(unpacker) });
  const unpacking = new bindings.Unpacking(packed, length);
  const pieces = [];
  do pieces.push(unpacking.next(1 << 20)); while (pieces.at(-1).length > 0);
  return Buffer.concat(pieces);
}
