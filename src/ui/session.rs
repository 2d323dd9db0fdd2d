//! The case as far as it touches the browser: the worker and the handles of the files.
//!
//! The page keeps every handle, because a worker that ends takes its own with it. No contents are read
//! here. Progress comes more often than anyone can see; it is passed on at most ten times a second.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use web_sys::File;
use yew::functional::UseReducerDispatcher;

use super::connectors::state::ConnectorsChange;
use super::export::Redaction;
use super::language::words;
use super::notice::Notice;
use super::routing::state::RoutingChange;
use super::state::{Action, Lines, State};
use super::table_state::TableChange;
use super::{browser, text};
use crate::report::SetAside;
use crate::worker::client::{Client, Event};
use crate::worker::protocol::{self, PrintFormat, Request, Response};

const STEP_MILLISECONDS: f64 = 100.0;
/// After this much silence of the worker the page asks what to do.
const STALLED_MILLISECONDS: f64 = 20_000.0;

/// After this much silence a reader with work is taken for hung. Reading a document gives no sign of life until it is
/// decoded.
const HUNG_MILLISECONDS: f64 = 120_000.0;

/// From so many bytes on, several workers read: they take a third of a second to start.
const LARGE: u64 = 64 << 20;
/// More workers than this only wait for each other.
const MOST_READERS: u32 = 8;

/// A file with its path as dropped.
pub type Dropped = (String, File);

/// Files of a case, and name and title of its sample.
type Earlier = (Vec<Dropped>, Option<(String, String)>);

/// What is open. Equal only to itself.
#[derive(Clone)]
pub struct Session(Rc<Inner>);

impl PartialEq for Session {
    fn eq(&self, other: &Session) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Inner {
    client: Client,
    relay: Rc<Relay>,
    files: RefCell<Vec<Dropped>>,
    /// Name and title of the sample that is open.
    sample: RefCell<Option<(String, String)>>,
    /// Files and sample of the case that later files are compared with, for the way back.
    earlier: RefCell<Option<Earlier>>,
}

/// Takes what the worker says to the state.
struct Relay {
    dispatcher: UseReducerDispatcher<State>,
    reading: Cell<bool>,
    /// Whether the last reading ended before its time, so that the worker knows nothing of the files.
    stopped: Cell<bool>,
    begun: Cell<f64>,
    passed: Cell<f64>,
    steps: RefCell<BTreeMap<u32, (u64, u64)>>,
}

impl Session {
    pub fn new(dispatcher: UseReducerDispatcher<State>) -> Session {
        let relay = Rc::new(Relay {
            dispatcher,
            reading: Cell::new(false),
            stopped: Cell::new(false),
            begun: Cell::new(0.0),
            passed: Cell::new(0.0),
            steps: RefCell::default(),
        });
        let client = Client::new({
            let relay = Rc::clone(&relay);
            move |event| relay.hear(event)
        });
        Session(Rc::new(Inner {
            client,
            relay,
            files: RefCell::default(),
            sample: RefCell::default(),
            earlier: RefCell::default(),
        }))
    }

    /// Starts the worker.
    pub fn start(&self) {
        self.0.client.restart();
    }

    /// Adds files to the case, or opens one.
    pub fn add(&self, dropped: Vec<Dropped>) {
        if dropped.is_empty() {
            return;
        }
        let mut files = self.0.files.borrow_mut();
        let before = files.len();
        let mut new = Vec::new();
        let mut replaced = false;
        for (path, file) in dropped {
            // The same file again takes the place of the handle that is there. Another file of the same
            // name stays beside it, and so do two files of one name in one drop.
            let twin = files.iter_mut().take(before).find(|(known, other)| *known == path && same(other, &file));
            if let Some((_, known)) = twin {
                *known = file;
                replaced = true;
                continue;
            }
            let path = text::free_path(&path, |path| files.iter().any(|(known, _)| known == path));
            files.push((path.clone(), file.clone()));
            new.push((path, file));
        }
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        drop(files);
        // All is read anew when a file came again; when a reading was under way, because the worker would
        // finish that first; and when one was stopped, because its worker is gone.
        if replaced || self.0.relay.reading.get() || self.0.relay.stopped.get() {
            self.read_again();
        } else {
            self.read(&new, false);
        }
    }

    /// Opens a sample in place of what is open.
    pub fn sample(&self, name: &str, title: &str) {
        self.0.files.borrow_mut().clear();
        self.0.sample.replace(Some((name.to_owned(), title.to_owned())));
        self.0.relay.begin(title.to_owned(), Vec::new());
        self.0.client.send(&Request::Sample { name: name.to_owned() }, &[]);
    }

    /// Puts the files aside: the report stays, to compare others with it.
    pub fn compare(&self) {
        let files = self.0.files.take();
        let sample = self.0.sample.take();
        self.0.earlier.replace(Some((files, sample)));
        self.0.client.restart();
        self.0.relay.dispatcher.dispatch(Action::Compare);
    }

    /// Opens the earlier files again.
    pub fn go_back(&self) {
        let Some((files, sample)) = self.0.earlier.take() else { return };
        self.0.files.replace(files);
        self.0.sample.replace(sample);
        self.0.relay.dispatcher.dispatch(Action::StopComparing);
        self.read_again();
    }

    /// Stops reading at once.
    pub fn cancel(&self) {
        self.0.relay.reading.set(false);
        self.0.relay.stopped.set(true);
        self.0.client.restart();
        self.0.relay.dispatcher.dispatch(Action::Cancelled);
    }

    /// Reads all files of the case again, in a new worker.
    pub fn read_again(&self) {
        self.0.client.restart();
        let files = self.0.files.borrow().clone();
        let sample = self.0.sample.borrow().clone();
        match sample {
            Some((name, title)) if files.is_empty() => self.sample(&name, &title),
            Some((name, _)) => {
                // The files were added to the sample: it is opened first, and then they are.
                self.0.client.send(&Request::Sample { name }, &[]);
                self.read(&files, false);
            }
            None => self.read(&files, true),
        }
    }

    /// Forgets files and reads the others again.
    pub fn read_without(&self, paths: &[String]) {
        self.0.files.borrow_mut().retain(|(path, _)| !paths.contains(path));
        if self.0.files.borrow().is_empty() {
            browser::reload();
        } else {
            self.read_again();
        }
    }

    fn read(&self, files: &[Dropped], fresh: bool) {
        let all: Vec<(String, u64)> =
            self.0.files.borrow().iter().map(|(path, file)| (path.clone(), file.size() as u64)).collect();
        let title = self.0.sample.borrow().as_ref().map(|(_, title)| title.clone());
        let name = title.unwrap_or_else(|| text::case_name(all.iter().map(|(path, _)| path.as_str())));
        self.0.relay.begin(name, all);
        let large = files.iter().map(|(_, file)| file.size() as u64).sum::<u64>() >= LARGE;
        let workers = browser::number_asked_for("workers").or_else(|| large.then(browser::processors)).unwrap_or(1);
        if workers > 1 {
            // One worker needs no readers: it reads by itself.
            self.0.client.readers(workers.min(MOST_READERS));
        }
        let paths = files.iter().map(|(path, _)| path.clone()).collect();
        let handles: Vec<File> = files.iter().map(|(_, file)| file.clone()).collect();
        self.0.client.send(&Request::Analyze { paths, fresh }, &handles);
    }

    pub fn lines(&self, token: u32, source: u32, first: u32, count: u32) {
        self.0.client.send(&Request::Lines { token, source, first, count }, &[]);
    }

    pub fn record(&self, token: u32, source: u32, record: String) {
        self.0.client.send(&Request::Record { token, source, record }, &[]);
    }

    /// Asks about a table.
    pub fn ask(&self, request: &Request) {
        self.0.client.send(request, &[]);
    }

    pub fn print(&self, format: PrintFormat, redact: bool, set_aside: Vec<SetAside>) {
        self.0.client.send(&Request::Print { format, redact, set_aside }, &[]);
    }

    /// Asks what redaction would replace.
    pub fn redaction(&self, format: PrintFormat, set_aside: Vec<SetAside>) {
        self.0.client.send(&Request::Redaction { format, set_aside }, &[]);
    }

    /// Asks what to do when the worker has been silent for long. Called once a second.
    pub fn watch(&self) {
        if !self.0.relay.reading.get() {
            return;
        }
        // A test asks for less patience.
        let asked = browser::number_asked_for("patience").map(f64::from);
        self.0.client.watch(asked.unwrap_or(HUNG_MILLISECONDS));
        if self.0.client.silence() > asked.unwrap_or(STALLED_MILLISECONDS) {
            self.0.relay.dispatcher.dispatch(Action::Stalled(true));
        }
    }

    pub fn keep_waiting(&self) {
        self.0.client.keep_waiting();
        self.0.relay.dispatcher.dispatch(Action::Stalled(false));
    }
}

fn same(one: &File, other: &File) -> bool {
    one.size() == other.size() && one.last_modified() == other.last_modified()
}

impl Relay {
    fn begin(&self, name: String, files: Vec<(String, u64)>) {
        self.reading.set(true);
        self.stopped.set(false);
        self.begun.set(browser::now());
        self.steps.borrow_mut().clear();
        self.dispatcher.dispatch(Action::Begin { name, files });
    }

    fn flush(&self) {
        let steps = self.steps.take().into_iter().map(|(source, (bytes, records))| (source, bytes, records)).collect();
        self.passed.set(browser::now());
        self.dispatcher.dispatch(Action::Progress { steps, elapsed: browser::now() - self.begun.get() });
    }

    fn hear(&self, event: Event) {
        let response = match event {
            Event::Response(response) => *response,
            Event::Died { message } => {
                self.reading.set(false);
                self.stopped.set(true);
                self.dispatcher.dispatch(Action::Died(message));
                return;
            }
        };
        match response {
            Response::Ready { samples } => self.dispatcher.dispatch(Action::Ready(samples)),
            Response::Files { files } => self.dispatcher.dispatch(Action::Files(files)),
            Response::Progress { source, bytes, records } => {
                self.steps.borrow_mut().insert(source, (bytes, records));
                if browser::now() - self.passed.get() >= STEP_MILLISECONDS {
                    self.flush();
                }
            }
            Response::FileDone { source, input } => {
                self.steps.borrow_mut().remove(&source);
                self.dispatcher.dispatch(Action::FileDone(source, Box::new(input)));
            }
            Response::Report { report } => {
                self.flush();
                self.reading.set(false);
                self.dispatcher.dispatch(Action::Report(Box::new(report)));
            }
            Response::Lines { token, source, first, lines, total } => {
                self.dispatcher.dispatch(Action::Lines(Lines { token, source, first, lines, total }));
            }
            // No view asks for them yet.
            Response::Hits { .. } | Response::SearchDone { .. } => {}
            // The client sees to it.
            Response::ReaderHung { .. } => {}
            Response::Printed { format, text } => {
                if browser::save(format.file_name(), &text, media_type(format)) {
                    self.dispatcher.dispatch(Action::Say((words().frame.saved)(format.file_name())));
                }
            }
            Response::Page { table, page } => {
                if let Some(table) = protocol::table(&table) {
                    self.dispatcher.dispatch(Action::Table(table.id, TableChange::Page(Box::new(page))));
                }
            }
            Response::Row { row } => self.dispatcher.dispatch(Action::Row(Box::new(row))),
            Response::Found { table, position } => match (protocol::table(&table), position) {
                (Some(table), Some(position)) => {
                    self.dispatcher.dispatch(Action::Table(table.id, TableChange::GoTo(position)));
                }
                _ => self.dispatcher.dispatch(Action::Say(words().frame.no_further_row.to_owned())),
            },
            Response::Position { table, position } => {
                if let Some(table) = protocol::table(&table) {
                    self.dispatcher.dispatch(Action::Table(table.id, TableChange::GoTo(position)));
                }
            }
            Response::Timeline { picture } => self.dispatcher.dispatch(Action::Picture(Box::new(picture))),
            Response::Csv { table, text } => {
                let name = format!("queuescope-{table}.csv");
                if browser::save(&name, &text, "text/csv;charset=utf-8") {
                    self.dispatcher.dispatch(Action::Say((words().frame.saved)(&name)));
                }
            }
            Response::Redaction { format, replacements, leaks } => {
                self.dispatcher.dispatch(Action::Redaction(Box::new(Redaction { format, replacements, leaks })));
            }
            Response::Matrix { matrix } => {
                self.dispatcher.dispatch(Action::Connectors(ConnectorsChange::Matrix(Box::new(matrix))));
            }
            Response::WhoAnswers { choice } => {
                self.dispatcher.dispatch(Action::Connectors(ConnectorsChange::Choice(choice.map(Box::new))));
            }
            Response::DomainRoute { route } => {
                self.dispatcher.dispatch(Action::Connectors(ConnectorsChange::Route(route.map(Box::new))));
            }
            Response::Failed { message } => self.dispatcher.dispatch(Action::Notice(Some(Notice::Worker(message)))),
            Response::Routing { told } => {
                self.dispatcher.dispatch(Action::Routing(RoutingChange::Told(Box::new(told))));
            }
        }
    }
}

fn media_type(format: PrintFormat) -> &'static str {
    match format {
        PrintFormat::Html => "text/html;charset=utf-8",
        PrintFormat::Markdown => "text/markdown;charset=utf-8",
        PrintFormat::Json => "application/json",
    }
}
