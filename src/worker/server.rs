//! The worker side: holds the files of the case and answers the page.
//!
//! Files are read by position through `FileReaderSync`, which exists only in workers, so the readers
//! are the same synchronous code as on the command line. Slices are 4 MiB: measured, smaller ones are
//! slower and larger ones no faster.
//!
//! A panic ends the worker (wasm32 has no unwinding); the page notices, says which file was in work,
//! and starts a new one.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, FileReaderSync, MessageEvent};

use super::protocol::{PrintFormat, Request, Response};
use super::samples;
use crate::analysis::search::Query;
use crate::analysis::{Analysis, Progress, analyze};
use crate::base::source::{ReadAt, ReadError, Source};
use crate::report::{html, json, markdown};

/// Largest piece read at once, in bytes.
const SLICE: u64 = 4 << 20;

/// Progress is reported after so many bytes, at most.
const REPORT_EVERY: u64 = 1 << 20;

/// Takes over the messages of this worker and says that it is ready.
pub fn start_worker() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let state = Rc::new(RefCell::new(State { scope: scope.clone(), analysis: None }));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
        let state = Rc::clone(&state);
        move |event: MessageEvent| {
            let data = event.data();
            let get = |name: &str| js_sys::Reflect::get(&data, &name.into()).unwrap_or_default();
            match serde_wasm_bindgen::from_value::<Request>(get("body")) {
                Ok(request) => state.borrow_mut().answer(request, &get("files")),
                Err(error) => post(
                    &state.borrow().scope,
                    &Response::Failed {
                        message: format!(
                            "The page sent a message that the worker does not know ({error}). Reload the page."
                        ),
                    },
                ),
            }
        }
    });
    scope.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    post(&scope, &Response::Ready { samples: samples::all() });
}

struct State {
    scope: DedicatedWorkerGlobalScope,
    analysis: Option<Analysis>,
}

impl State {
    fn answer(&mut self, request: Request, files: &JsValue) {
        match request {
            Request::Analyze { paths, fresh } => {
                let mut sources = match self.analysis.take() {
                    Some(analysis) if !fresh => analysis.into_sources(),
                    _ => Vec::new(),
                };
                let handles = js_sys::Array::from(files);
                let new = paths.into_iter().zip(handles.iter()).filter_map(|(path, handle)| {
                    let file: File = handle.dyn_into().ok()?;
                    Some(Source { path, bytes: Box::new(BrowserFile { file }) })
                });
                sources.extend(new);
                self.run(sources);
            }
            Request::Sample { name } => match samples::open(&name) {
                Some(sources) => self.run(sources),
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
                let found = self
                    .analysis
                    .as_ref()
                    .map(|a| a.search(source, &query, most as usize, &mut |_| ControlFlow::Continue(())));
                self.post(&match found {
                    Some(Ok(Some(hits))) => Response::Hits {
                        token,
                        source,
                        first: hits.first.into_iter().map(|h| (h.line, h.text, h.range)).collect(),
                        total: hits.total,
                        complete: hits.complete,
                    },
                    Some(Err(message)) => Response::Failed { message },
                    Some(Ok(None)) | None => {
                        Response::Failed { message: "This file has no lines to search. Drop it again.".to_owned() }
                    }
                });
            }
            Request::Record { token, source, record } => {
                let found = record.parse().ok().and_then(|id| self.analysis.as_ref()?.record(source, id));
                match found {
                    Some(lines) => {
                        let total = u32::try_from(lines.len()).unwrap_or(u32::MAX);
                        self.post(&Response::Lines { token, source, first: 1, lines, total });
                    }
                    None => self.post(&Response::Failed {
                        message: "This record can no longer be read. Drop the file again.".to_owned(),
                    }),
                }
            }
            Request::Print { format } => match &self.analysis {
                Some(analysis) => {
                    let text = match format {
                        PrintFormat::Html => html::print(&analysis.report),
                        PrintFormat::Markdown => markdown::print(&analysis.report),
                        PrintFormat::Json => json::print(&analysis.report),
                    };
                    self.post(&Response::Printed { format, text });
                }
                None => self.post(&Response::Failed { message: "There is no report yet.".to_owned() }),
            },
        }
    }

    fn run(&mut self, sources: Vec<Source>) {
        let scope = self.scope.clone();
        let (last, at) = (Cell::new(0_u64), Cell::new(u32::MAX));
        let analysis = analyze(sources, &mut |progress| {
            match progress {
                Progress::Files(files) => post(&scope, &Response::Files { files }),
                Progress::Reading { source, bytes, records } => {
                    if at.get() != source || bytes >= last.get() + REPORT_EVERY {
                        at.set(source);
                        last.set(bytes);
                        post(&scope, &Response::Progress { source, bytes, records });
                    }
                }
                Progress::Done { source, input } => {
                    post(&scope, &Response::FileDone { source, input: input.clone() });
                }
            }
            ControlFlow::Continue(())
        });
        self.post(&Response::Report { report: analysis.report.clone() });
        self.analysis = Some(analysis);
    }

    fn post(&self, response: &Response) {
        post(&self.scope, response);
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, response: &Response) {
    if let Ok(body) = serde_wasm_bindgen::to_value(response) {
        let message = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&message, &"body".into(), &body);
        // The page is gone when this fails; nobody is left to tell.
        let _ = scope.post_message(&message);
    }
}

/// A file handle of the browser.
struct BrowserFile {
    file: File,
}

impl ReadAt for BrowserFile {
    fn size(&self) -> u64 {
        // Sizes are whole numbers below 2^53.
        self.file.size() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let failed = |value: JsValue| {
            let name = js_sys::Reflect::get(&value, &"message".into()).ok().and_then(|m| m.as_string());
            ReadError { reason: name.unwrap_or_else(|| "the browser gave no reason".to_owned()) }
        };
        let reader = FileReaderSync::new().map_err(failed)?;
        let end = self.size().min(offset.saturating_add(buf.len() as u64));
        let (mut at, mut done) = (offset, 0_usize);
        while at < end {
            let to = end.min(at + SLICE);
            let slice = self.file.slice_with_f64_and_f64(at as f64, to as f64).map_err(failed)?;
            let bytes = js_sys::Uint8Array::new(&reader.read_as_array_buffer(&slice).map_err(failed)?.into());
            let length = bytes.length() as usize;
            if length == 0 {
                break;
            }
            if let Some(target) = buf.get_mut(done..done + length) {
                bytes.copy_to(target);
            }
            done += length;
            at += length as u64;
        }
        Ok(done)
    }
}
