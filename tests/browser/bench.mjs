// Measures the built page in real browsers: how fast it reads generated logs, against the floor of the same run (a worker that
// only reads the same file into memory), and how long the page is ever blocked meanwhile.
//
//   node tests/browser/bench.mjs [MEGABYTES]
//
// Prints a table in Markdown. Figures of one run are compared with each other, never with another run.

import { openSync, closeSync, mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseFiles, closeAll, targets, waitForReport, withPage } from "./harness.mjs";

const MEGABYTES = Number(process.argv[2] ?? 100);

const pad = (n, width) => String(n).padStart(width, "0");
const time = (n) => {
  const ms = n * 37;
  return `2019-03-12T${pad(Math.floor(ms / 3_600_000) % 24, 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}Z`;
};
const header = (kind, fields) =>
  `#Software: Microsoft Exchange Server\r\n#Version: 15.01.2507.006\r\n#Log-type: ${kind}\r\n#Date: 2019-03-12T08:00:00.000Z\r\n#Fields: ${fields}\r\n`;

const tracking = {
  name: "Message tracking log",
  head: header("Message Tracking Log", "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality,tenant-id,original-client-ip,original-server-ip,custom-data,transport-traffic-type,log-id,schema-version"),
  row: (n) => {
    const event = ["RECEIVE", "HAREDIRECT", "RESOLVE", "SEND", "DELIVER", "AGENTINFO", "DEFER"][n % 7];
    const m = Math.floor(n / 6);
    const status = event === "DEFER" ? "'451 4.4.0 Temporary failure; retry'" : "250 2.1.5 Recipient OK";
    return `${time(n)},192.0.2.${n % 250},EX16-0${n % 4}.contoso.com,192.0.2.${n % 250},EX16-0${n % 3},08D6A6C4E5F6${pad((n % 65536).toString(16), 4)};2019-03-12T08:00:00.000Z;0,EX16-01\\Default EX16-01,SMTP,${event},${m},<${pad(m.toString(16), 12)}.${m % 97}@contoso.com>,${pad(m.toString(16), 8)}-1111-4222-8333-444455556666,user${n % 5000}@contoso.com,${status},${1000 + n % 90000},1,,,"Re: Order ${m}, part ${n}",sender${n % 700}@fabrikam.example,sender${n % 700}@fabrikam.example,2019-03-12T08:00:00.100Z;SRV=EX16-01.contoso.com:TOTAL-HUB=0.${n % 1000}|SMS=0.100,Incoming,,192.0.2.7,192.0.2.11,S:E2ELatency=0.900;S:DeliveryPriority=Normal,Email,aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee${pad((n % 65536).toString(16), 4)},15.01.2507.006\r\n`;
  },
};

const protocol = {
  name: "SMTP protocol log",
  head: header("SMTP Receive Protocol Log", "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"),
  row: (n) => {
    const session = Math.floor(n / 8);
    const step = n % 8;
    const [event, data] = [
      ["+", ""],
      [">", "220 EX16-01.contoso.com Microsoft ESMTP MAIL Service ready"],
      ["<", "EHLO mail.fabrikam.example"],
      [">", "250  EX16-01.contoso.com Hello [198.51.100.9] SIZE 37748736 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS X-ANONYMOUSTLS AUTH NTLM X-EXPS GSSAPI NTLM 8BITMIME BINARYMIME CHUNKING"],
      ["<", `MAIL FROM:<sender${n % 700}@fabrikam.example> SIZE=${n % 90000}`],
      [">", session % 9 === 0 ? "452 4.3.1 Insufficient system resources" : "250 2.1.0 Sender OK"],
      ["<", "QUIT"],
      ["-", ""],
    ][step];
    return `${time(n)},EX16-01\\Default EX16-01,08D6A6C4${pad(session.toString(16), 8)},${step},192.0.2.21:25,198.51.100.${session % 250}:${1024 + session % 60000},${event},${data},${step === 7 ? "Remote" : ""}\r\n`;
  },
};

function write(path, { head, row }) {
  const file = openSync(path, "w");
  let size = writeSync(file, head);
  for (let n = 0; size < MEGABYTES * 1e6;) {
    let block = "";
    for (const end = n + 4000; n < end; n++) block += row(n);
    size += writeSync(file, block);
  }
  closeSync(file);
  return size;
}

// A worker of ours that does nothing but read the file, by the same pieces as the product; in a page of its own, because the
// product's page refuses foreign workers.
const floor = (page) => page.evaluate(() => new Promise((done, failed) => {
  const file = document.querySelector("input#bench-file").files[0];
  const code = `onmessage = ({ data }) => {
    const reader = new FileReaderSync();
    const memory = new Uint8Array(4 << 20);
    const start = performance.now();
    for (let at = 0; at < data.size; at += 4 << 20) {
      memory.set(new Uint8Array(reader.readAsArrayBuffer(data.slice(at, at + (4 << 20)))));
    }
    postMessage(performance.now() - start);
  };`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => done(data);
  worker.onerror = ({ message }) => failed(new Error(message));
  worker.postMessage(file);
}));

const folder = mkdtempSync(join(tmpdir(), "queuescope-bench-"));
console.log("| log | browser | MB | read and diagnosed, MB/s | only read, MB/s | ratio | longest pause of the page, ms |");
console.log("|---|---|---:|---:|---:|---:|---:|");
for (const log of [tracking, protocol]) {
  const path = join(folder, `${log.name}.log`);
  const size = write(path, log);
  for (const target of targets.filter(({ from }) => from === "http")) {
    await withPage(target, {}, async (page) => {
      const blank = await page.browser().newPage();
      await blank.evaluate(() => {
        const input = document.createElement("input");
        input.type = "file";
        input.id = "bench-file";
        document.body.append(input);
      });
      await (await blank.$("input#bench-file")).uploadFile(path);
      const alone = Math.min(await floor(blank), await floor(blank));
      await blank.close();
      await page.evaluate(() => {
        globalThis.longest = 0;
        let last = performance.now();
        const tick = () => {
          const now = performance.now();
          globalThis.longest = Math.max(globalThis.longest, now - last);
          last = now;
          globalThis.ticking = setTimeout(tick, 0);
        };
        tick();
      });
      const start = Date.now();
      await chooseFiles(page, [path]);
      await waitForReport(page);
      const seconds = (Date.now() - start) / 1000;
      const longest = await page.evaluate(() => globalThis.longest);
      const speed = size / 1e6 / seconds;
      const read = size / 1e3 / alone;
      console.log(`| ${log.name} | ${target.browser} | ${Math.round(size / 1e6)} | ${Math.round(speed)} | ${Math.round(read)} | ${(speed / read).toFixed(2)} | ${Math.round(longest)} |`);
    });
  }
}
rmSync(folder, { recursive: true });
await closeAll();
