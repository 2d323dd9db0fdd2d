//! The page side of the worker boundary: one analysis worker at a time, requests out, events in; and for large cases
//! readers that work for it.
//!
//! A worker cannot be interrupted, only ended: [`Client::restart`] is how the page cancels and how it goes
//! on after a worker died. What the old worker still had to say is never heard. Requests that come before
//! the worker says `Ready` wait here. A reader that dies is replaced; the analysis worker is told, and loses only what
//! that reader had in work.
//!
//! Traps: `queuescopeSpawnWorker` comes from `www/boot.js` and throws where a browser forbids workers. The
//! closures live as long as the client and serve every worker it starts; they must not be dropped while a
//! worker may call them.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, File, MessageChannel, MessageEvent, MessagePort, Worker};

use super::protocol::{Request, Response};

/// What the page hears of its worker.
#[derive(Debug)]
pub enum Event {
    /// An answer.
    Response(Box<Response>),
    /// The worker ended by itself, or never started; it answers nothing more until [`Client::restart`].
    Died {
        /// What the browser says about it.
        message: String,
    },
}

/// Readers that are started in place of dead ones, in all. More deaths than this have a cause that another start does not
/// remove.
const MOST_REPLACED: u32 = 16;

/// The workers and the way to talk to them.
pub struct Client {
    inner: Rc<Inner>,
    on_message: Closure<dyn FnMut(MessageEvent)>,
    on_error: Closure<dyn FnMut(ErrorEvent)>,
}

struct Inner {
    worker: RefCell<Option<Worker>>,
    ready: Cell<bool>,
    waiting: RefCell<Vec<Message>>,
    heard: Cell<f64>,
    listener: Box<dyn Fn(Event)>,
    readers: RefCell<Vec<Reader>>,
    next_reader: Cell<u32>,
    replaced: Cell<u32>,
    own: Weak<Inner>,
}

/// What is posted, and what is handed over with it.
struct Message {
    value: JsValue,
    handed_over: Array,
}

/// A worker that reads for the analysis worker.
struct Reader {
    number: u32,
    worker: Worker,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Client {
    /// A client without a worker; [`Client::restart`] starts one.
    pub fn new(listener: impl Fn(Event) + 'static) -> Client {
        let inner = Rc::new_cyclic(|own| Inner {
            worker: RefCell::new(None),
            ready: Cell::new(false),
            waiting: RefCell::new(Vec::new()),
            heard: Cell::new(js_sys::Date::now()),
            listener: Box::new(listener),
            readers: RefCell::default(),
            next_reader: Cell::new(0),
            replaced: Cell::new(0),
            own: own.clone(),
        });
        let on_message = Closure::new({
            let inner = Rc::downgrade(&inner);
            move |event: MessageEvent| with(&inner, |inner| inner.hear(&event.data()))
        });
        let on_error = Closure::new({
            let inner = Rc::downgrade(&inner);
            move |event: ErrorEvent| {
                // The page says it in its own words; without this it would be in the console as well.
                event.prevent_default();
                with(&inner, |inner| inner.die(event.message()));
            }
        });
        Client { inner, on_message, on_error }
    }

    /// Ends the worker, whatever it does, and starts a new one that knows no files.
    pub fn restart(&self) {
        self.inner.end();
        match spawn() {
            Ok(worker) => {
                worker.set_onmessage(Some(self.on_message.as_ref().unchecked_ref()));
                worker.set_onerror(Some(self.on_error.as_ref().unchecked_ref()));
                self.inner.heard.set(js_sys::Date::now());
                self.inner.worker.replace(Some(worker));
            }
            Err(message) => self.inner.die(message),
        }
    }

    /// Sends a request with the files that belong to it.
    pub fn send(&self, request: &Request, files: &[File]) {
        match envelope(request, files) {
            Ok(value) => self.inner.post_or_wait(Message { value, handed_over: Array::new() }),
            Err(message) => (self.inner.listener)(Event::Died { message }),
        }
    }

    /// Sees to it that at least so many readers work for the analysis worker. They stay until [`Client::restart`].
    pub fn readers(&self, wanted: u32) {
        let missing = wanted.saturating_sub(u32::try_from(self.inner.readers.borrow().len()).unwrap_or(u32::MAX));
        for _ in 0..missing {
            self.inner.add_reader();
        }
    }

    /// Asks the analysis worker to look after its readers: which of them have been silent for longer than so many milliseconds.
    pub fn watch(&self, most: f64) {
        if !self.inner.readers.borrow().is_empty() {
            self.send(&Request::Watch { most }, &[]);
        }
    }

    /// Milliseconds since the worker last said something, for the watchdog.
    pub fn silence(&self) -> f64 {
        js_sys::Date::now() - self.inner.heard.get()
    }

    /// Starts to count the silence anew.
    pub fn keep_waiting(&self) {
        self.inner.heard.set(js_sys::Date::now());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.inner.end();
    }
}

fn with(inner: &Weak<Inner>, run: impl FnOnce(&Inner)) {
    if let Some(inner) = inner.upgrade() {
        run(&inner);
    }
}

impl Inner {
    fn end(&self) {
        self.ready.set(false);
        self.waiting.borrow_mut().clear();
        self.replaced.set(0);
        for reader in self.readers.take() {
            reader.end();
        }
        if let Some(worker) = self.worker.take() {
            worker.set_onmessage(None);
            worker.set_onerror(None);
            worker.terminate();
        }
    }

    fn die(&self, message: String) {
        self.end();
        (self.listener)(Event::Died { message });
    }

    fn hear(&self, data: &JsValue) {
        self.heard.set(js_sys::Date::now());
        let body = Reflect::get(data, &"body".into()).unwrap_or(JsValue::UNDEFINED);
        let response: Response = match serde_wasm_bindgen::from_value(body) {
            Ok(response) => response,
            Err(error) => return self.die(format!("failed to read an answer of the worker: {error}")),
        };
        if let Response::ReaderHung { number } = response {
            self.reader_died(number, "it gave no sign of life for a long time");
        }
        if matches!(response, Response::Ready { .. }) {
            self.ready.set(true);
            for message in self.waiting.take() {
                self.post(&message);
            }
        }
        (self.listener)(Event::Response(Box::new(response)));
    }

    /// A reader that cannot be started is no loss: the analysis worker does without.
    fn add_reader(&self) {
        let (Ok(worker), Ok(channel)) = (spawn(), MessageChannel::new()) else { return };
        let number = self.next_reader.get();
        self.next_reader.set(number + 1);
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new({
            let inner = self.own.clone();
            move |event: ErrorEvent| {
                event.prevent_default();
                with(&inner, |inner| inner.reader_died(number, &event.message()));
            }
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let (theirs, ours) = (channel.port1(), channel.port2());
        let (Ok(to_reader), Ok(to_analysis)) =
            (with_port(&Request::Read, &theirs), with_port(&Request::Reader { number }, &ours))
        else {
            worker.terminate();
            return;
        };
        if worker.post_message_with_transfer(&to_reader.value, &to_reader.handed_over).is_err() {
            worker.terminate();
            return;
        }
        self.readers.borrow_mut().push(Reader { number, worker, _on_error: on_error });
        self.post_or_wait(to_analysis);
    }

    fn reader_died(&self, number: u32, why: &str) {
        let Some(at) = self.readers.borrow().iter().position(|reader| reader.number == number) else { return };
        // Its error handler may be what runs now, so it is dropped later.
        let dead = self.readers.borrow_mut().remove(at);
        dead.worker.terminate();
        wasm_bindgen_futures::spawn_local(async move { drop(dead) });
        if let Ok(value) = envelope(&Request::ReaderDied { number, message: why.to_owned() }, &[]) {
            self.post_or_wait(Message { value, handed_over: Array::new() });
        }
        if self.replaced.get() < MOST_REPLACED {
            self.replaced.set(self.replaced.get() + 1);
            self.add_reader();
        }
    }

    fn post_or_wait(&self, message: Message) {
        if self.ready.get() {
            self.post(&message);
        } else {
            self.waiting.borrow_mut().push(message);
        }
    }

    fn post(&self, message: &Message) {
        let posted = self
            .worker
            .borrow()
            .as_ref()
            .map(|worker| worker.post_message_with_transfer(&message.value, &message.handed_over));
        if let Some(Err(error)) = posted {
            self.die(text_of(&error));
        }
    }
}

impl Reader {
    fn end(&self) {
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn with_port(request: &Request, port: &MessagePort) -> Result<Message, String> {
    let value = envelope(request, &[])?;
    Reflect::set(&value, &"port".into(), port).map_err(|error| text_of(&error))?;
    Ok(Message { value, handed_over: Array::of1(port) })
}

fn spawn() -> Result<Worker, String> {
    let boot = Reflect::get(&js_sys::global(), &"queuescopeSpawnWorker".into()).map_err(|error| text_of(&error))?;
    let boot: Function = boot.dyn_into().map_err(|_| "the page has no way to start a worker".to_owned())?;
    boot.call0(&JsValue::UNDEFINED).map(JsCast::unchecked_into).map_err(|error| text_of(&error))
}

fn envelope(request: &Request, files: &[File]) -> Result<JsValue, String> {
    let message = Object::new();
    let body = serde_wasm_bindgen::to_value(request).map_err(|error| error.to_string())?;
    Reflect::set(&message, &"body".into(), &body).map_err(|error| text_of(&error))?;
    if !files.is_empty() {
        let handles: Array = files.iter().collect();
        Reflect::set(&message, &"files".into(), &handles).map_err(|error| text_of(&error))?;
    }
    Ok(message.into())
}

fn text_of(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| error.as_string()).unwrap_or_else(|| "unknown error".to_owned())
}
