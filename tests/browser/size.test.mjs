// What the page costs to get and to start. A limit that is broken is a defect: mend the page, not the number.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { closeAll, SINGLE_FILE, targets, withPage } from "./harness.mjs";
import { shipped } from "./shipped.mjs";

after(closeAll);

const KB = 1000;
const SINGLE = 2500 * KB;
// The aim is 900 KB (docs/performance.md, "Size", says what stands between). This one keeps what has been reached.
const HOSTED = 2130 * KB;
// From the request to a page that takes files.
const START = 1000;

test("the single file is small enough to be mailed", async () => {
  const { module, packed, unpacker } = await shipped();
  const { length } = await readFile(SINGLE_FILE);
  console.log(`  single file ${length}, module ${module.length}, packed ${packed.length}, unpacker ${unpacker.length} bytes`);
  assert.ok(length <= SINGLE, `${length} bytes, at most ${SINGLE}`);
});

test("the hosted page is small enough for a slow line", async () => {
  const page = await readFile(SINGLE_FILE);
  const { length } = brotliCompressSync(page, { params: {
    [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: page.length,
  } });
  console.log(`  hosted, as brotli: ${length} bytes`);
  assert.ok(length <= HOSTED, `${length} bytes, at most ${HOSTED}`);
});

for (const target of targets) {
  test(`the page takes files within a second: ${target.name}`, async () => {
    const taken = [];
    // The machine may be busy; a page that is slow is slow every time. More than four times only where it was.
    while (taken.length < 4 || (taken.length < 8 && Math.min(...taken) >= START)) {
      taken.push(await withPage(target, {}, (page) => page.evaluate(() =>
        performance.getEntriesByName("queuescope-started")[0].startTime)));
    }
    console.log(`  ${target.name}: ${taken.map(Math.round).join(", ")} ms`);
    assert.ok(Math.min(...taken) < START, `${taken.map(Math.round).join(", ")} ms`);
  });
}
