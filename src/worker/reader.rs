//! A worker that reads: it takes jobs from the analysis worker and sends back what they gave.
//!
//! It first says `{ ready }`; until then it may still fail to start. A message to it is `{ job, file }`: a [`Job`] as postcard bytes and the handle of the file. It answers with
//! `{ bytes, records }` while it reads and `{ done }`, a [`Done`] as postcard bytes, at the end. Bytes are handed over,
//! not copied.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{File, MessageEvent, MessagePort};

use super::browser_file::BrowserFile;
use crate::analysis::job::{Done, Job, run};
use crate::base::container::{self, Member};
use crate::base::source::ReadAt;

/// Progress is sent after so many bytes.
const REPORT_EVERY: u64 = 2 << 20;

/// The last file that was opened: a packed one keeps what it needs to go on where it was.
type Opened = Option<(u32, Vec<Member>, Rc<dyn ReadAt>)>;

/// Serves the jobs that come through a port.
pub(super) fn serve(port: MessagePort) {
    let opened: RefCell<Opened> = RefCell::new(None);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
        let port = port.clone();
        move |event: MessageEvent| {
            let data = event.data();
            let get = |name: &str| Reflect::get(&data, &name.into()).unwrap_or_default();
            let job = postcard::from_bytes::<Job>(&Uint8Array::new(&get("job")).to_vec());
            // Both are the same program; only a fault of ours sends something else, and the watchdog ends it.
            let (Ok(job), Ok(file)) = (job, get("file").dyn_into::<File>()) else { return };
            let done = work(&job, file, &port, &mut opened.borrow_mut());
            if let Ok(packed) = postcard::to_stdvec(&done) {
                let bytes = Uint8Array::from(packed.as_slice());
                let message = Object::new();
                let _ = Reflect::set(&message, &"done".into(), &bytes);
                let _ = port.post_message_with_transferable(&message, &Array::of1(&bytes.buffer()));
            }
        }
    });
    // Setting this starts the port.
    port.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    let message = Object::new();
    let _ = Reflect::set(&message, &"ready".into(), &JsValue::TRUE);
    let _ = port.post_message(&message);
}

fn work(job: &Job, file: File, port: &MessagePort, opened: &mut Opened) -> Done {
    let known = opened.take().filter(|(handle, members, _)| *handle == job.handle && *members == job.members);
    let bytes = match known {
        Some((.., bytes)) => bytes,
        None => {
            let outer: Rc<dyn ReadAt> = Rc::new(BrowserFile(file));
            container::open(&outer, &job.members)
        }
    };
    let last = Cell::new(job.start());
    let done = run(job, &*bytes, &mut |at, records| {
        if at >= last.get() + REPORT_EVERY {
            last.set(at);
            let step = Object::new();
            let _ = Reflect::set(&step, &"bytes".into(), &JsValue::from_f64(at as f64));
            let _ = Reflect::set(&step, &"records".into(), &JsValue::from_f64(records as f64));
            let _ = port.post_message(&step);
        }
        ControlFlow::Continue(())
    });
    *opened = Some((job.handle, job.members.clone(), bytes));
    done
}
