//! The workers that read, as the analysis worker sees them: ports to send jobs through.
//!
//! The page starts and ends them, because only it can; see [`super::client`]. Each has two jobs at a time, so that it
//! need not wait for the next one.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{File, MessageEvent, MessagePort};

use crate::analysis::job::Job;
use crate::base::silence::{Looks, Silence};

/// Jobs given to a reader at once.
const AHEAD: usize = 2;

/// The readers.
#[derive(Default)]
pub(super) struct Pool {
    readers: Vec<Reader>,
    looks: Looks,
}

struct Reader {
    number: u32,
    port: MessagePort,
    /// Whether it has started.
    ready: bool,
    /// What it has to do, in its order.
    jobs: Vec<Job>,
    silence: Silence,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Pool {
    /// Takes a reader in.
    pub fn add(&mut self, number: u32, port: MessagePort, hear: impl Fn(u32, JsValue) + 'static) {
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(number, event.data()));
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        self.readers.push(Reader {
            number,
            port,
            ready: false,
            jobs: Vec::new(),
            silence: Silence::default(),
            _on_message: on_message,
        });
    }

    /// Whether nobody reads but the analysis worker itself.
    pub fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// Whether a reader can take a job.
    pub fn has_room(&self) -> bool {
        self.readers.iter().any(|reader| reader.ready && reader.jobs.len() < AHEAD)
    }

    /// Gives a job to the reader with the fewest.
    ///
    /// # Errors
    /// The job, when nobody takes it.
    pub fn give(&mut self, job: Job, file: &File) -> Result<(), Job> {
        let Some(reader) = self.readers.iter_mut().filter(|r| r.ready).min_by_key(|r| r.jobs.len()) else {
            return Err(job);
        };
        let Ok(packed) = postcard::to_stdvec(&job) else { return Err(job) };
        let bytes = Uint8Array::from(packed.as_slice());
        let message = Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&message, &name.into(), value).is_ok();
        let posted = set("job", &bytes)
            && set("file", file)
            && reader.port.post_message_with_transferable(&message, &Array::of1(&bytes.buffer())).is_ok();
        if !posted {
            return Err(job);
        }
        if reader.jobs.is_empty() {
            reader.silence.end();
        }
        reader.jobs.push(job);
        Ok(())
    }

    /// A reader has started.
    pub fn started(&mut self, number: u32) {
        if let Some(reader) = self.readers.iter_mut().find(|reader| reader.number == number) {
            reader.ready = true;
            reader.silence.end();
        }
    }

    /// Notes a sign of life; the job the reader is at.
    pub fn heard(&mut self, number: u32) -> Option<&Job> {
        let reader = self.readers.iter_mut().find(|reader| reader.number == number)?;
        reader.silence.end();
        reader.jobs.first()
    }

    /// Takes the job that a reader has done off its list.
    pub fn done(&mut self, number: u32) -> Option<Job> {
        let reader = self.readers.iter_mut().find(|reader| reader.number == number)?;
        reader.silence.end();
        (!reader.jobs.is_empty()).then(|| reader.jobs.remove(0))
    }

    /// Takes a reader out that ended; its jobs, the one it died of first.
    pub fn remove(&mut self, number: u32) -> Vec<Job> {
        let Some(at) = self.readers.iter().position(|reader| reader.number == number) else { return Vec::new() };
        let reader = self.readers.remove(at);
        reader.port.set_onmessage(None);
        reader.port.close();
        reader.jobs
    }

    /// Looks after the readers: those with work, or that have not started yet, that have been silent for longer than so many
    /// milliseconds.
    pub fn hung(&mut self, most: f64) -> Vec<u32> {
        let step = self.looks.step(now());
        let busy = self.readers.iter_mut().filter(|reader| !reader.ready || !reader.jobs.is_empty());
        busy.filter_map(|reader| reader.silence.grow(step, most).then_some(reader.number)).collect()
    }
}

/// Only the watchdog looks at the time; the analysis never does.
fn now() -> f64 {
    js_sys::Date::now()
}
