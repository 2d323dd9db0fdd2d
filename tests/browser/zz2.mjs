import { chooseFiles, closeAll, targets, withPage } from "./harness.mjs";
const F="/work/main/target/bench/folder/";
const t=targets.find(t=>t.from==="http"&&t.browser==="chromium");
await withPage(t, {}, async (page) => {
    await page.goto(page.url() + "?workers=1", {waitUntil:"load"});
    await new Promise(r=>setTimeout(r,1500));
    const w=page.workers()[0];
    const s=w.client;
    await s.send("Profiler.enable"); await s.send("Profiler.setSamplingInterval",{interval:500}); await s.send("Profiler.start");
    const fs=["MSGTRK20190312-1.LOG","MSGTRK20190312-2.LOG","MSGTRK20190312-3.LOG"];
    await chooseFiles(page, fs.map(f=>F+f));
    while (!(await page.evaluate(()=>document.body.dataset.state==="done"))) await new Promise(r=>setTimeout(r,20));
    const {profile}=await s.send("Profiler.stop");
    const self=new Map(); const byId=new Map(profile.nodes.map(n=>[n.id,n]));
    const dt=profile.timeDeltas;
    profile.samples.forEach((id,i)=>{const n=byId.get(id);const k=n.callFrame.functionName+"@"+n.callFrame.url.slice(0,20)+":"+n.callFrame.lineNumber;self.set(k,(self.get(k)??0)+dt[i]/1000);});
    console.log([...self].sort((a,b)=>b[1]-a[1]).slice(0,25).map(([k,v])=>Math.round(v)+" ms "+k).join("\n"));
});
await closeAll();
