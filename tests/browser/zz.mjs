import { chooseFiles, closeAll, targets, withPage } from "./harness.mjs";
const F="/work/main/target/bench/folder/";
for (const t of targets.filter(t=>t.from==="http")) for (const fs of [["MSGTRK20190312-1.LOG"],["MSGTRK20190312-1.LOG","MSGTRK20190312-2.LOG","MSGTRK20190312-3.LOG"],["Application-1.evtx","Application-2.evtx","Application-3.evtx"]]) for (const w of [1,2]) {
  await withPage(t, {}, async (page) => {
    await page.goto(page.url() + "?workers="+w, {waitUntil:"load"});
    await new Promise(r=>setTimeout(r,1500));
    await page.evaluate(()=>{ globalThis.marks=[]; new MutationObserver(()=>globalThis.marks.push([document.body.dataset.state, performance.now()])).observe(document.body,{attributes:true,attributeFilter:["data-state"]});});
    await chooseFiles(page, fs.map(f=>F+f));
    while (!(await page.evaluate(()=>document.body.dataset.state==="done"))) await new Promise(r=>setTimeout(r,20));
    const m=await page.evaluate(()=>globalThis.marks);
    console.log(t.browser, w, fs.length, fs[0], Math.round(m.at(-1)[1]-m[0][1]), "ms");
  });
}
await closeAll();
