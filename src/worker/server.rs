//! The analysis worker: holds the files of the case, reads them or has them read, and answers the page.
//!
//! Small cases it reads by itself, one file after the other. For large ones the page sends ports to readers
//! ([`super::reader`]); then it gives out jobs and joins what comes back, and stays free to answer meanwhile.
//!
//! A panic ends a worker (wasm32 has no unwinding). When it is a reader, what it had in work is lost and the row of the
//! file says so; when it is this one, the page says which file was in work, and what to do.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::rc::{Rc, Weak};

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent, MessagePort};

use super::browser_file::BrowserFile;
use super::pool::Pool;
use super::protocol::{PrintFormat, Request, Response};
use super::{reader, samples, tables};
use crate::analysis::job::{Done, Job};
use crate::analysis::message_path::Trace;
use crate::analysis::search::{Query, Refusal, Search};
use crate::analysis::{Analysis, Progress, Reading, Step, diagnose, read_here};
use crate::base::clocks::Clocks;
use crate::base::shown_records::Around;
use crate::base::source::Source;
use crate::report::{Added, Report, html, json, markdown};

/// Progress is reported after so many bytes, at most.
const REPORT_EVERY: u64 = 1 << 20;

/// Pieces of a search for a message after which the page is told what was found, or how far it is.
const TELL_FOUND: u32 = 4;
const TELL_PROGRESS: u32 = 16;

/// Handle of what no reader can open, because it is built in.
const BUILT_IN: u32 = u32::MAX;

/// Takes over the messages of this worker and says that it is ready.
pub fn start_worker() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let state = Rc::new_cyclic(|own: &Weak<RefCell<State>>| {
        RefCell::new(State {
            scope: scope.clone(),
            own: own.clone(),
            files: Vec::new(),
            pool: Pool::default(),
            reading: None,
            analysis: None,
            search: None,
            search_has_turn: false,
            tracing: None,
        })
    });
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
        let state = Rc::clone(&state);
        move |event: MessageEvent| {
            let data = event.data();
            let get = |name: &str| Reflect::get(&data, &name.into()).unwrap_or_default();
            let port = get("port").dyn_into::<MessagePort>().ok();
            match (serde_wasm_bindgen::from_value::<Request>(get("body")), port) {
                // From here on this worker reads for another one.
                (Ok(Request::Read), Some(port)) => reader::serve(port),
                (Ok(Request::Reader { number }), Some(port)) => state.borrow_mut().welcome(number, port),
                (Ok(request), _) => state.borrow_mut().answer(request, &get("files")),
                (Err(error), _) => state.borrow().post(&Response::Failed {
                    message: format!(
                        "The page sent a message that the worker does not know ({error}). Reload the page."
                    ),
                }),
            }
        }
    });
    scope.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    post(&scope, &Response::Ready { samples: samples::all() });
}

struct State {
    scope: DedicatedWorkerGlobalScope,
    /// For what calls back.
    own: Weak<RefCell<State>>,
    /// Files by their handles.
    files: Vec<File>,
    pool: Pool,
    /// What readers are at.
    reading: Option<Reading>,
    analysis: Option<Analysis>,
    search: Option<Searching>,
    /// Whether a turn of searching is to come.
    search_has_turn: bool,
    tracing: Option<Tracing>,
}

/// A search under way.
struct Searching {
    token: u32,
    search: Search,
}

/// The way of the message that was opened last.
struct Tracing {
    trace: Trace,
    clocks: Clocks,
    /// Whether the page wants more of it.
    is_wanted: bool,
    /// Whether the next piece has its turn already.
    has_turn: bool,
    /// Pieces since the page was told last, and whether they brought steps.
    pieces: u32,
    has_found: bool,
}

impl State {
    fn answer(&mut self, request: Request, files: &JsValue) {
        match request {
            Request::Analyze { paths, fresh, left_out } => {
                let mut sources = match self.analysis.take() {
                    Some(analysis) if !fresh => analysis.into_sources(),
                    _ => {
                        self.files.clear();
                        Vec::new()
                    }
                };
                let handles = js_sys::Array::from(files);
                for (path, handle) in paths.into_iter().zip(handles.iter()) {
                    let Ok(file) = handle.dyn_into::<File>() else { continue };
                    let mut source = Source::new(path, Rc::new(BrowserFile(file.clone())));
                    source.handle = u32::try_from(self.files.len()).unwrap_or(BUILT_IN);
                    sources.push(source);
                    self.files.push(file);
                }
                self.run(sources, &left_out);
            }
            Request::Sample { name } => match samples::open(&name) {
                Some(mut sources) => {
                    self.files.clear();
                    sources.iter_mut().for_each(|source| source.handle = BUILT_IN);
                    self.run(sources, &[]);
                }
                None => self.post(&Response::Failed { message: format!("There is no sample of this name: {name}") }),
            },
            Request::Lines { token, source, first, count } => {
                let found = self.analysis.as_ref().and_then(|a| a.lines(source, first, count));
                match found {
                    Some((lines, total)) => {
                        self.post(&Response::Lines { token, source, first: first.max(1), lines, total });
                    }
                    None => self.post(&Response::Failed {
                        message: "This file can no longer be shown. Drop it again.".to_owned(),
                    }),
                }
            }
            Request::Search { token, source, text, is_regex, case_sensitive, most } => {
                let query = Query { text, is_regex, case_sensitive };
                self.search = None;
                let begun = match &self.analysis {
                    Some(analysis) => Search::new(analysis, &query, source, most as usize),
                    None => Err(Refusal::NoLines),
                };
                let told = begun.as_ref().map(|search| search.left().collect()).map_err(Clone::clone);
                self.post(&Response::SearchBegun { token, begun: told });
                if let Ok(search) = begun {
                    // A new search takes the place of the one under way, and its turn, too; that of one given up may be still to come.
                    self.search = Some(Searching { token, search });
                    if !self.search_has_turn {
                        self.go_on_searching();
                    }
                }
            }
            Request::StopSearch => self.search = None,
            Request::Path { message_id, clocks } => self.trace(&message_id, clocks),
            Request::StopPath => {
                if let Some(tracing) = &mut self.tracing {
                    tracing.is_wanted = false;
                }
            }
            Request::ReaderDied { number, message } => self.reader_died(number, &message),
            Request::Watch { most } => {
                for number in self.pool.hung(most) {
                    self.post(&Response::ReaderHung { number });
                }
            }
            // They come with a port, and only so.
            Request::Read | Request::Reader { .. } => {}
            Request::Records { token, source, record, before, after } => {
                let around = Around { before: before as usize, after: after as usize, xml: true };
                let found = record.parse().ok().and_then(|id| self.analysis.as_ref()?.records(source, id, around));
                match found {
                    Some(records) => self.post(&Response::Records { token, source, records }),
                    None => self.post(&Response::Failed {
                        message: "This record can no longer be read. Drop the file again.".to_owned(),
                    }),
                }
            }
            Request::Page { .. }
            | Request::Row { .. }
            | Request::Find { .. }
            | Request::Position { .. }
            | Request::Csv { .. }
            | Request::Matrix { .. }
            | Request::WhoAnswers { .. }
            | Request::DomainRoute { .. }
            | Request::Timeline { .. }
            | Request::Routing { .. } => {
                // Without an analysis the page asks again when there is one.
                if let Some(answer) = self.analysis.as_ref().and_then(|analysis| tables::answer(analysis, request)) {
                    self.post(&answer);
                }
            }
            Request::Print { format, redact: false, added } => match &self.analysis {
                Some(analysis) => {
                    let text = print(&analysis.report.with(added), format);
                    self.post(&Response::Printed { format, text });
                }
                None => self.post(&Response::Failed { message: "There is no report yet.".to_owned() }),
            },
            Request::Print { format, redact: true, added } => self.print_redacted(format, added, true),
            Request::Redaction { format, added } => self.print_redacted(format, added, false),
        }
    }

    /// Gives a redacted report out when the check finds nothing in it; else, or when only the preview is wanted, what
    /// is replaced and what was found.
    fn print_redacted(&self, format: PrintFormat, added: Added, save: bool) {
        let Some(analysis) = &self.analysis else {
            return self.post(&Response::Failed { message: "There is no report yet.".to_owned() });
        };
        let redacted = analysis.redacted(added);
        let text = print(&redacted.report, format);
        let leaks = redacted.leaks(&text);
        if save && leaks.is_empty() {
            self.post(&Response::Printed { format, text });
        } else {
            self.post(&Response::Redaction { format, replacements: redacted.replacements, leaks });
        }
    }

    fn run(&mut self, sources: Vec<Source>, left_out: &[String]) {
        (self.search, self.tracing) = (None, None);
        let reading = Reading::without(sources, left_out);
        self.post(&Response::Files { files: reading.files() });
        for (source, input) in reading.rows() {
            self.post(&Response::FileDone { source: source.0, input: input.clone() });
        }
        self.reading = Some(reading);
        self.go_on_reading();
    }

    /// Gives out work, or does it when nobody else can; diagnoses when there is none left.
    fn go_on_reading(&mut self) {
        let Some(mut reading) = self.reading.take() else { return };
        while self.pool.has_room()
            && let Some(job) = reading.next()
        {
            let given = match self.files.get(job.handle as usize) {
                Some(file) => self.pool.give(job, file),
                None => Err(job),
            };
            if let Err(job) = given {
                self.read(&mut reading, &job);
            }
        }
        if self.pool.is_empty() {
            let tell = teller(&self.scope);
            let _ = read_here(&mut reading, &mut |progress| tell(progress));
        }
        if reading.is_finished() {
            let analysis = diagnose(reading);
            self.post(&Response::Report { report: analysis.report.clone() });
            self.analysis = Some(analysis);
        } else {
            self.reading = Some(reading);
        }
    }

    /// Does a job here.
    fn read(&self, reading: &mut Reading, job: &Job) {
        let Some(bytes) = reading.bytes(job.source) else { return };
        let done = crate::analysis::job::run(job, &*bytes, &mut |_, _| ControlFlow::Continue(()));
        self.take(reading, job, done);
    }

    fn take(&self, reading: &mut Reading, job: &Job, done: Done) {
        if reading.give(job, done) {
            self.say_done(reading, job);
        }
    }

    fn say_done(&self, reading: &Reading, job: &Job) {
        if let Some(input) = reading.row(job.source) {
            self.post(&Response::FileDone { source: job.source.0, input: input.clone() });
        }
    }

    fn welcome(&mut self, number: u32, port: MessagePort) {
        let own = self.own.clone();
        self.pool.add(number, port, move |number, data| {
            if let Some(state) = own.upgrade() {
                state.borrow_mut().hear(number, &data);
            }
        });
        self.go_on_reading();
    }

    /// What a reader says.
    fn hear(&mut self, number: u32, data: &JsValue) {
        let get = |name: &str| Reflect::get(data, &name.into()).unwrap_or_default();
        if get("ready").is_truthy() {
            self.pool.started(number);
            return self.go_on_reading();
        }
        let packed = get("done");
        if packed.is_undefined() {
            let (bytes, records) = (get("bytes").as_f64().unwrap_or(0.0), get("records").as_f64().unwrap_or(0.0));
            if let (Some(job), Some(reading)) = (self.pool.heard(number), &mut self.reading) {
                let Step { source, bytes, records } = reading.advance(job, bytes as u64, records as u64);
                self.post(&Response::Progress { source: source.0, bytes, records });
            }
            return;
        }
        let Some(job) = self.pool.done(number) else { return };
        if let Some(mut reading) = self.reading.take() {
            match postcard::from_bytes::<Done>(&Uint8Array::new(&packed).to_vec()) {
                Ok(done) => self.take(&mut reading, &job, done),
                Err(error) => self.lose(&mut reading, &job, &error.to_string()),
            }
            self.reading = Some(reading);
        }
        self.go_on_reading();
    }

    fn lose(&self, reading: &mut Reading, job: &Job, why: &str) {
        if reading.lose(job, why) {
            self.say_done(reading, job);
        }
    }

    /// A reader ended: what it was at is lost, what waited goes to others.
    fn reader_died(&mut self, number: u32, why: &str) {
        let mut jobs = self.pool.remove(number).into_iter();
        if let Some(mut reading) = self.reading.take() {
            if let Some(job) = jobs.next() {
                self.lose(&mut reading, &job, why);
            }
            jobs.for_each(|job| reading.take_back(job));
            self.reading = Some(reading);
        }
        self.go_on_reading();
    }

    /// Searches a piece, and goes on after other messages had their turn.
    fn go_on_searching(&mut self) {
        self.search_has_turn = false;
        let (Some(searching), Some(analysis)) = (&mut self.search, &self.analysis) else {
            self.search = None;
            return;
        };
        let token = searching.token;
        match searching.search.step(analysis) {
            Some((source, hits)) => {
                let first = hits.first.into_iter().map(|h| (h.line, h.text, h.range)).collect();
                post(
                    &self.scope,
                    &Response::Hits {
                        token,
                        source,
                        first,
                        total: hits.total,
                        searched: hits.searched,
                        complete: hits.complete,
                    },
                );
            }
            None => {
                self.search = None;
                self.post(&Response::SearchDone { token });
                return;
            }
        }
        self.search_has_turn = true;
        self.later(State::go_on_searching);
    }

    /// Shows what is known of a message, and searches the logs for more.
    fn trace(&mut self, message_id: &str, clocks: Clocks) {
        let Some(analysis) = &self.analysis else { return };
        let (known, has_turn) = match self.tracing.take() {
            Some(Tracing { trace, has_turn, .. }) => (Some(trace), has_turn),
            None => (None, false),
        };
        let trace =
            known.filter(|known| known.is_about(message_id)).unwrap_or_else(|| Trace::new(analysis, message_id));
        self.post(&Response::Path { path: trace.path(&clocks) });
        let goes_on = !trace.is_done();
        self.tracing = Some(Tracing {
            trace,
            clocks,
            is_wanted: goes_on,
            has_turn: has_turn || goes_on,
            pieces: 0,
            has_found: false,
        });
        if goes_on && !has_turn {
            self.later(State::go_on_tracing);
        }
    }

    /// Searches a piece for the message, and goes on after other messages had their turn.
    fn go_on_tracing(&mut self) {
        let (Some(tracing), Some(analysis)) = (&mut self.tracing, &self.analysis) else { return };
        tracing.has_turn = tracing.is_wanted;
        if !tracing.is_wanted {
            return;
        }
        let stepped = tracing.trace.step(analysis);
        tracing.pieces += 1;
        tracing.has_found |= stepped.has_found;
        // A case can have thousands of small logs; the page is told when there is something to see.
        let most = if tracing.has_found { TELL_FOUND } else { TELL_PROGRESS };
        if stepped.is_done || tracing.pieces >= most {
            (tracing.pieces, tracing.has_found) = (0, false);
            post(&self.scope, &Response::Path { path: tracing.trace.path(&tracing.clocks) });
        }
        if stepped.is_done {
            (tracing.is_wanted, tracing.has_turn) = (false, false);
        } else {
            self.later(State::go_on_tracing);
        }
    }

    /// Does something after other messages had their turn.
    fn later(&self, what: fn(&mut State)) {
        let own = self.own.clone();
        let again = Closure::once_into_js(move || {
            if let Some(state) = own.upgrade() {
                what(&mut state.borrow_mut());
            }
        });
        let _ = self.scope.set_timeout_with_callback(again.unchecked_ref());
    }

    fn post(&self, response: &Response) {
        post(&self.scope, response);
    }
}

fn print(report: &Report, format: PrintFormat) -> String {
    match format {
        PrintFormat::Html => html::print(report),
        PrintFormat::Markdown => markdown::print(report),
        PrintFormat::Json => json::print(report),
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, response: &Response) {
    if let Ok(body) = serde_wasm_bindgen::to_value(response) {
        let message = js_sys::Object::new();
        let _ = Reflect::set(&message, &"body".into(), &body);
        // The page is gone when this fails; nobody is left to tell.
        let _ = scope.post_message(&message);
    }
}

/// Says what happens to the page, not too often.
fn teller(scope: &DedicatedWorkerGlobalScope) -> impl Fn(Progress<'_>) -> ControlFlow<()> {
    let scope = scope.clone();
    let (last, at) = (Cell::new(0_u64), Cell::new(u32::MAX));
    move |progress| {
        match progress {
            Progress::Files(files) => post(&scope, &Response::Files { files }),
            Progress::Reading { source, bytes, records } => {
                if at.get() != source || bytes >= last.get() + REPORT_EVERY {
                    at.set(source);
                    last.set(bytes);
                    post(&scope, &Response::Progress { source, bytes, records });
                }
            }
            Progress::Done { source, input } => post(&scope, &Response::FileDone { source, input: input.clone() }),
        }
        ControlFlow::Continue(())
    }
}
