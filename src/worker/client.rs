//! The page side of the worker boundary: one worker at a time, requests out, events in.
//!
//! A worker cannot be interrupted, only ended: [`Client::restart`] is how the page cancels and how it goes
//! on after a worker died. What the old worker still had to say is never heard. Requests that come before
//! the worker says `Ready` wait here.
//!
//! Traps: `queuescopeSpawnWorker` comes from `www/boot.js` and throws where a browser forbids workers. The
//! closures live as long as the client and serve every worker it starts; they must not be dropped while a
//! worker may call them.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, File, MessageEvent, Worker};

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

/// A worker and the way to talk to it.
pub struct Client {
    inner: Rc<Inner>,
    on_message: Closure<dyn FnMut(MessageEvent)>,
    on_error: Closure<dyn FnMut(ErrorEvent)>,
}

struct Inner {
    worker: RefCell<Option<Worker>>,
    ready: Cell<bool>,
    waiting: RefCell<Vec<JsValue>>,
    heard: Cell<f64>,
    listener: Box<dyn Fn(Event)>,
}

impl Client {
    /// A client without a worker; [`Client::restart`] starts one.
    pub fn new(listener: impl Fn(Event) + 'static) -> Client {
        let inner = Rc::new(Inner {
            worker: RefCell::new(None),
            ready: Cell::new(false),
            waiting: RefCell::new(Vec::new()),
            heard: Cell::new(js_sys::Date::now()),
            listener: Box::new(listener),
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
            Ok(message) if self.inner.ready.get() => self.inner.post(&message),
            Ok(message) => self.inner.waiting.borrow_mut().push(message),
            Err(message) => (self.inner.listener)(Event::Died { message }),
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
        if matches!(response, Response::Ready { .. }) {
            self.ready.set(true);
            for message in self.waiting.take() {
                self.post(&message);
            }
        }
        (self.listener)(Event::Response(Box::new(response)));
    }

    fn post(&self, message: &JsValue) {
        let posted = self.worker.borrow().as_ref().map(|worker| worker.post_message(message));
        if let Some(Err(error)) = posted {
            self.die(text_of(&error));
        }
    }
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
