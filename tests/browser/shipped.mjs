// Takes the shipped page apart: its policy, its scripts, its module.

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { SINGLE_FILE } from "./harness.mjs";

export async function shipped() {
  const page = await readFile(SINGLE_FILE, "utf8");
  const scripts = [...page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)].map(([, attributes, text]) => ({ attributes, text }));
  const glue = scripts.find(({ attributes }) => attributes.includes("queuescope-glue")).text;
  const packed = scripts.find(({ attributes }) => attributes.includes("queuescope-wasm")).text;
  const own = scripts.filter(({ attributes }) => attributes === "").map(({ text }) => text);
  return {
    page, scripts, glue, own,
    policy: page.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)[1],
    module: gunzipSync(Buffer.from(packed, "base64")),
  };
}
