// A drop of 1 GB: read to its end, with the rows counted and the failure in its midst found, while the page goes on answering.
//
// The files are handles: one piece of a log, many times over, so that the test holds some megabytes and the page reads a thousand.
// In one product each, because reading is alike in both and each run takes half a minute.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closeAll, pairs, readLedger, readReport, withPage } from "./harness.mjs";

after(closeAll);

const GIGABYTE = 1e9;

// The aim for a task of the page is 50 ms; the limit leaves room for a busy machine of two cores, all of which read.
const LONGEST_PAUSE = 500;
const LONGEST_WAIT = 300_000;

const TRACKING = {
  name: "MSGTRK2024051408-1.LOG",
  header: "#Software: Microsoft Exchange Server\r\n#Version: 15.01.2507.006\r\n#Log-type: Message Tracking Log\r\n#Date: 2024-05-14T08:00:00.000Z\r\n" +
    "#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,internal-message-id," +
    "message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,reference," +
    "message-subject,sender-address,return-path,message-info,directionality,tenant-id,original-client-ip,original-server-ip,custom-data\r\n",
  line: (n) => `2024-05-14T08:${String(n % 60).padStart(2, "0")}:00.${String(n % 1000).padStart(3, "0")}Z,192.0.2.11,EX01,192.0.2.12,EX02,08DC7400${n},` +
    `Intra-Organization SMTP Send Connector,SMTP,SEND,${1000 + n},<${n}@contoso.com>,7b0f9d52-0000-0000-0000-${String(n).padStart(12, "0")},` +
    `user${n % 200}@contoso.com,250 2.1.5 Recipient OK,${4000 + n},1,,,Offer ${n},anna.berg@contoso.com,anna.berg@contoso.com,` +
    "2024-05-14T07:59:59.000Z;SRV=EX01.contoso.com:TOTAL-SUB=0.5,Originating,,,,S:DeliveryPriority=Normal\r\n",
};
const RECEIVE = {
  name: "RECV2024051408-1.LOG",
  header: "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n#Date: 2024-05-14T08:00:00.000Z\r\n" +
    "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n",
  line: (n) => `2024-05-14T08:${String(n % 60).padStart(2, "0")}:00.${String(n % 1000).padStart(3, "0")}Z,EX02\\Default Frontend EX02,08DC74A${n % 977},${n % 12},` +
    "192.0.2.12:25,192.0.2.11:4711,>,250 2.6.0 Queued mail for delivery,\r\n",
};
const REFUSED = "2024-05-14T08:31:00.000Z,EX02\\Relay applications,08DC74FF01,9,192.0.2.12:25,192.0.2.11:4799,>,452 4.3.1 Insufficient system resources,\r\n";

for (const target of pairs) {
  test(`one gigabyte is read while the page answers: ${target.name}`, () => withPage(target, {}, async (page) => {
    const piece = (log) => Array.from({ length: 20_000 }, (_, n) => log.line(n)).join("");
    const rows = await page.evaluate((logs, refused, size) => {
      const encoder = new TextEncoder();
      const transfer = new DataTransfer();
      const rows = {};
      for (const { name, header, text } of logs) {
        const piece = new Blob([encoder.encode(text)]);
        const times = Math.ceil(size / logs.length / piece.size);
        const parts = Array(times).fill(piece);
        const has = name.startsWith("RECV");
        if (has) parts.splice(Math.floor(times / 2), 0, refused);
        transfer.items.add(new File([header, ...parts], name));
        rows[name] = times * 20_000 + (has ? 1 : 0);
      }
      Object.assign(globalThis, { longestPause: 0, bytes: [...transfer.files].reduce((sum, { size }) => sum + size, 0) });
      let last = performance.now();
      const look = () => {
        const now = performance.now();
        globalThis.longestPause = Math.max(globalThis.longestPause, now - last);
        last = now;
        setTimeout(look, 1);
      };
      look();
      for (const type of ["dragenter", "dragover", "drop"]) {
        document.querySelector("main").dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }
      return rows;
    }, [TRACKING, RECEIVE].map((log) => ({ name: log.name, header: log.header, text: piece(log) })), REFUSED, GIGABYTE);
    const start = Date.now();
    const state = () => page.evaluate(() => document.body.dataset.state);
    while (!["done", "failed"].includes(await state())) {
      assert.ok(Date.now() - start < LONGEST_WAIT, `still ${await state()} after ${LONGEST_WAIT / 1e3} s\n${page.problems.join("\n")}`);
      await new Promise((done) => setTimeout(done, 250));
    }
    const { longest, bytes } = await page.evaluate(() => ({ longest: globalThis.longestPause, bytes: globalThis.bytes }));
    console.log(`  ${target.name}: ${(bytes / 1e9).toFixed(2)} GB in ${Math.round((Date.now() - start) / 1e3)} s, longest pause of the page ${Math.round(longest)} ms`);
    const report = await readReport(page);
    assert.equal(report.state, "done", report.text);
    assert.ok(bytes >= GIGABYTE);
    assert.ok(report.rules.includes("smtp-452-431-from-peer"), `one answer among millions is found: ${report.rules.join(", ")}`);
    const ledger = await readLedger(page);
    for (const [name, number] of Object.entries(rows)) {
      const row = ledger.find((row) => JSON.stringify(row).includes(name));
      assert.ok(row, `${name} is in the list of files`);
      assert.ok(JSON.stringify(row).replace(/[\s,\u00a0]/g, "").includes(String(number)), `${name} has ${number} rows: ${JSON.stringify(row)}`);
    }
    assert.ok(longest < LONGEST_PAUSE, `the page did not answer for ${Math.round(longest)} ms`);
    assert.deepEqual(page.problems, []);
  }));
}
