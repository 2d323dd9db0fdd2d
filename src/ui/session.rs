//! The case as far as it touches the browser: the worker and the handles of the files.
//!
//! The page keeps every handle, because a worker that ends takes its own with it. No contents are read
//! here. Progress comes more often than anyone can see; it is passed on at most ten times a second.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use web_sys::File;
use yew::functional::{UseReducerDispatcher, UseReducerHandle};

use super::connectors::state::ConnectorsChange;
use super::export::Redaction;
use super::language::words;
use super::notice::Notice;
use super::routing::state::{OF_MAP, RoutingChange};
use super::search::state::{Found, MOST_HITS, Question, SearchChange};
use super::state::{Action, Lines, State};
use super::table_state::{Copied, TableChange};
use super::{browser, text};
use crate::report::{Added, Input};
use crate::worker::client::{Client, Event};
use crate::worker::protocol::{self, Clocks, PrintFormat, Request, Response};

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

/// Files of a case, name and title of its sample, and what of it was left out.
type Earlier = (Vec<Dropped>, Option<(String, String)>, Vec<String>);

/// What is open. Equal only to itself.
#[derive(Clone)]
pub struct Session(Rc<Inner>);

impl PartialEq for Session {
    fn eq(&self, other: &Session) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Inner {
    state: UseReducerHandle<State>,
    client: Client,
    relay: Rc<Relay>,
    files: RefCell<Vec<Dropped>>,
    /// Name and title of the sample that is open.
    sample: RefCell<Option<(String, String)>>,
    /// Files and sample of the case that later files are compared with, for the way back.
    earlier: RefCell<Option<Earlier>>,
    /// The files of before and those that were added last, when these have the names of those.
    later: RefCell<Option<(Vec<Dropped>, Vec<Dropped>)>>,
    /// Paths of files that reading goes on without; some may lie in containers.
    left_out: RefCell<Vec<String>>,
    /// Number of the last search.
    searches: Cell<u32>,
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
    /// What a search found, not passed on yet.
    found: RefCell<Vec<Found>>,
    /// Files that are done and not shown as such yet: a case may have thousands, and each is not worth a drawing.
    done: RefCell<Vec<(u32, Input)>>,
}

impl Session {
    pub fn new(state: UseReducerHandle<State>) -> Session {
        let relay = Rc::new(Relay {
            dispatcher: state.dispatcher(),
            reading: Cell::new(false),
            stopped: Cell::new(false),
            begun: Cell::new(0.0),
            passed: Cell::new(0.0),
            steps: RefCell::default(),
            found: RefCell::default(),
            done: RefCell::default(),
        });
        let client = Client::new({
            let relay = Rc::clone(&relay);
            move |event| relay.hear(event)
        });
        Session(Rc::new(Inner {
            state,
            client,
            relay,
            files: RefCell::default(),
            sample: RefCell::default(),
            earlier: RefCell::default(),
            left_out: RefCell::default(),
            searches: Cell::new(0),
            later: RefCell::default(),
        }))
    }

    /// The state as it is now, for what a key or a click depends on: what is drawn may be older. Not to be kept, because it
    /// holds on to each state that was read from it.
    pub fn now(&self) -> UseReducerHandle<State> {
        self.0.state.clone()
    }

    /// Starts the worker.
    pub fn start(&self) {
        self.0.client.restart();
    }

    /// Adds files to the case, or opens one. Files of the names of others, with other content, may be of a later time: they are
    /// added, and the page offers to compare instead.
    pub fn add(&self, dropped: Vec<Dropped>) {
        if dropped.is_empty() {
            return;
        }
        let had = self.0.files.borrow().clone();
        let mut files = self.0.files.borrow_mut();
        let before = files.len();
        let (mut new, mut later) = (Vec::new(), Vec::new());
        let (mut replaced, mut renamed) = (false, false);
        for (dropped_as, file) in dropped {
            // The same file again takes the place of the handle that is there. Another file of the same
            // name stays beside it, and so do two files of one name in one drop.
            let twin = files.iter_mut().take(before).find(|(known, other)| *known == dropped_as && same(other, &file));
            if let Some((_, known)) = twin {
                *known = file;
                replaced = true;
                // What lies in it comes again, too.
                let inside = format!("{dropped_as}/");
                self.0.left_out.borrow_mut().retain(|left| *left != dropped_as && !left.starts_with(&inside));
                continue;
            }
            renamed |= had.iter().any(|(known, _)| *known == dropped_as);
            let path = text::free_path(&dropped_as, |path| files.iter().any(|(known, _)| known == path));
            later.push((dropped_as, file.clone()));
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
        if renamed && !replaced {
            later.sort_by(|(one, _), (other, _)| one.cmp(other));
            self.0.later.replace(Some((had, later)));
            self.0.relay.dispatcher.dispatch(Action::Notice(Some(Notice::LaterFiles)));
        }
    }

    /// Takes the files that were added last for later ones of the same site, and compares.
    pub fn compare_added(&self) {
        let Some((earlier, later)) = self.0.later.take() else { return };
        let sample = self.0.sample.take();
        let left_out = self.0.left_out.take();
        self.0.files.replace(later);
        self.0.earlier.replace(Some((earlier, sample, left_out)));
        self.0.relay.dispatcher.dispatch(Action::CompareLast);
        self.read_again();
    }

    /// Opens a sample in place of what is open.
    pub fn sample(&self, name: &str, title: &str) {
        self.0.files.borrow_mut().clear();
        self.0.left_out.borrow_mut().clear();
        self.0.sample.replace(Some((name.to_owned(), title.to_owned())));
        self.0.relay.begin(title.to_owned(), Vec::new());
        self.0.client.keep_waiting();
        self.0.client.send(&Request::Sample { name: name.to_owned() }, &[]);
    }

    /// Puts the files aside: the report stays, to compare others with it.
    pub fn compare(&self) {
        // Pressed twice, or when reading has begun: there is no report to put aside.
        if self.now().case.is_none() {
            return;
        }
        let files = self.0.files.take();
        let sample = self.0.sample.take();
        let left_out = self.0.left_out.take();
        self.0.earlier.replace(Some((files, sample, left_out)));
        self.0.client.restart();
        self.0.relay.dispatcher.dispatch(Action::Compare);
    }

    /// Opens the earlier files again.
    pub fn go_back(&self) {
        let Some((files, sample, left_out)) = self.0.earlier.take() else { return };
        self.0.files.replace(files);
        self.0.sample.replace(sample);
        self.0.left_out.replace(left_out);
        self.0.relay.dispatcher.dispatch(Action::GoBack);
        self.read_again();
    }

    /// Stops reading at once.
    pub fn cancel(&self) {
        // The report may have come just before.
        if !self.0.relay.reading.replace(false) {
            return;
        }
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

    /// Reads all files but some again; those have rows that say that they were left out.
    pub fn read_without(&self, paths: &[String]) {
        self.0.left_out.borrow_mut().extend_from_slice(paths);
        self.read_again();
    }

    /// Reads all files again, those that were left out as well.
    pub fn read_all_again(&self) {
        self.0.left_out.borrow_mut().clear();
        self.read_again();
    }

    fn read(&self, files: &[Dropped], fresh: bool) {
        let all: Vec<(String, u64)> =
            self.0.files.borrow().iter().map(|(path, file)| (path.clone(), file.size() as u64)).collect();
        let title = self.0.sample.borrow().as_ref().map(|(_, title)| title.clone());
        let name = title.unwrap_or_else(|| text::case_name(all.iter().map(|(path, _)| path.as_str())));
        self.0.relay.begin(name, all);
        self.0.client.keep_waiting();
        let large = files.iter().map(|(_, file)| file.size() as u64).sum::<u64>() >= LARGE;
        let workers = browser::number_asked_for("workers").or_else(|| large.then(browser::processors)).unwrap_or(1);
        if workers > 1 {
            // One worker needs no readers: it reads by itself.
            self.0.client.readers(workers.min(MOST_READERS));
        }
        let paths = files.iter().map(|(path, _)| path.clone()).collect();
        let handles: Vec<File> = files.iter().map(|(_, file)| file.clone()).collect();
        let left_out = self.0.left_out.borrow().clone();
        self.0.client.send(&Request::Analyze { paths, fresh, left_out }, &handles);
    }

    pub fn lines(&self, token: u32, source: u32, first: u32, count: u32) {
        self.0.client.send(&Request::Lines { token, source, first, count }, &[]);
    }

    /// A record of a binary log, with so many before and behind it.
    pub fn records(&self, token: u32, source: u32, record: String, before: u32, after: u32) {
        self.0.client.send(&Request::Records { token, source, record, before, after }, &[]);
    }

    /// Searches the lines of all files; the number that its answers carry.
    pub fn search(&self, Question { text, is_regex, case_sensitive }: Question) -> u32 {
        let token = self.0.searches.get().wrapping_add(1);
        self.0.searches.set(token);
        let request = Request::Search { token, source: None, text, is_regex, case_sensitive, most: MOST_HITS };
        self.0.client.send(&request, &[]);
        token
    }

    /// Asks for a row, to be opened beside what has the focus.
    pub fn open_row(&self, table: &str, number: u32, clocks: &Clocks) {
        // The worker has the rows of another routing table already.
        if OF_MAP.contains(&table) && self.now().routing.is_changing {
            return;
        }
        browser::remember_opener();
        self.0.relay.dispatcher.dispatch(Action::WantRow(table.to_owned(), number));
        self.ask(&Request::Row { table: table.to_owned(), number, clocks: clocks.clone() });
    }

    /// Asks about a table.
    pub fn ask(&self, request: &Request) {
        self.0.client.send(request, &[]);
    }

    pub fn print(&self, format: PrintFormat, redact: bool, added: Added) {
        self.0.client.send(&Request::Print { format, redact, added }, &[]);
    }

    /// Asks what redaction would replace.
    pub fn redaction(&self, format: PrintFormat, added: Added) {
        self.0.client.send(&Request::Redaction { format, added }, &[]);
    }

    /// Asks what to do when the worker has been silent for long. Called once a second.
    pub fn watch(&self) {
        if !self.0.relay.reading.get() {
            return;
        }
        if !self.0.relay.done.borrow().is_empty() {
            self.0.relay.flush();
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
        self.done.borrow_mut().clear();
        self.dispatcher.dispatch(Action::Begin { name, files });
    }

    fn flush(&self) {
        let done = self.done.take();
        if !done.is_empty() {
            self.dispatcher.dispatch(Action::FilesDone(done));
        }
        let steps = self.steps.take().into_iter().map(|(source, (bytes, records))| (source, bytes, records)).collect();
        self.passed.set(browser::now());
        self.dispatcher.dispatch(Action::Progress { steps, elapsed: browser::now() - self.begun.get() });
    }

    fn search(&self, change: SearchChange) {
        self.dispatcher.dispatch(Action::Search(change));
    }

    fn flush_found(&self) {
        self.passed.set(browser::now());
        self.search(SearchChange::Found(self.found.take()));
    }

    fn hear(&self, event: Event) {
        let response = match event {
            Event::Response(response) => *response,
            Event::Died { message } => {
                // Which file was in work is told by those that are done.
                self.flush();
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
                self.done.borrow_mut().push((source, input));
                if browser::now() - self.passed.get() >= STEP_MILLISECONDS {
                    self.flush();
                }
            }
            Response::Report { report } => {
                self.flush();
                self.reading.set(false);
                self.dispatcher.dispatch(Action::Report(Box::new(report)));
            }
            Response::Lines { token, source, first, lines, total } => {
                self.dispatcher.dispatch(Action::Lines(Lines { token, source, first, lines, total }));
            }
            Response::Records { token, source, records } => {
                self.dispatcher.dispatch(Action::Records { token, source, records });
            }
            Response::SearchBegun { token, begun } => self.search(SearchChange::Begun(token, begun)),
            Response::Hits { token, source, first, total, complete, .. } => {
                self.found.borrow_mut().push(Found { token, source, first, total, complete });
                if browser::now() - self.passed.get() >= STEP_MILLISECONDS {
                    self.flush_found();
                }
            }
            Response::SearchDone { token } => {
                self.flush_found();
                self.search(SearchChange::Done(token));
            }
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
            Response::Row { row } => self.dispatcher.dispatch(Action::RowAnswer(Box::new(row))),
            Response::Path { path } => self.dispatcher.dispatch(Action::Path(Box::new(path))),
            Response::Found { table, query, position } => match (protocol::table(&table), position) {
                (Some(table), Some(position)) => {
                    self.dispatcher.dispatch(Action::Table(table.id, TableChange::Found(query, position)));
                }
                _ => self.dispatcher.dispatch(Action::Say(words().frame.no_further_row.to_owned())),
            },
            Response::Timeline { picture } => self.dispatcher.dispatch(Action::Picture(Box::new(picture))),
            Response::Csv { table, text, is_redacted } => {
                let name = format!("queuescope-{table}{}.csv", if is_redacted { "-redacted" } else { "" });
                if browser::save(&name, &text, "text/csv;charset=utf-8") {
                    self.dispatcher.dispatch(Action::Say((words().frame.saved)(&name)));
                }
            }
            Response::NotRedacted { leaks } => {
                self.dispatcher.dispatch(Action::Notice(Some(Notice::NotRedacted(leaks))));
            }
            Response::TableText { table, text, rows, all } => {
                let Some(table) = protocol::table(&table) else { return };
                let dispatcher = self.dispatcher.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let copied = if browser::copy(&text).await { Copied::Rows(rows, all) } else { Copied::Refused };
                    dispatcher.dispatch(Action::Table(table.id, TableChange::Copied(Some(copied))));
                });
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
