//! What the page knows, and how it changes. Pure: no browser object in here, so that it can be tested
//! without one. Whatever has an effect outside (worker, clipboard, files) is in `session` and its like.
//!
//! What only one view knows is a part of its own, declared beside the view (`tables`, `connectors`, `routing`, `tools`); here
//! stands what all of them share.

mod drawer;
mod ledger;
mod raw;
mod ways;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use yew::functional::Reducible;

pub use self::ledger::{Ledger, Row, RowState, Step};
pub use self::raw::{Cite, Lines, ROW, Raw, Window};
pub use self::ways::{problem_id, rule_id};
use super::case::{self, Before, Case, case_name};
use super::collect_view::{Choice, CollectChange};
use super::connectors::state::{ConnectorsChange, ConnectorsState};
use super::export::Redaction;
use super::language::{Language, Words};
use super::notice::Notice;
use super::routing::state::{OF_ROUTE, RoutingChange, RoutingState};
use super::search::state::{FIELD, SearchChange, SearchState};
use super::table_state::{ClockChange, KeptChange, TableChange, Tables};
use super::tools_view::inputs::{Inputs, Typed};
use super::view::View;
use crate::report::{FileState, Input, InputState, Report};
use crate::worker::protocol::{MessagePath, NotFilters, Picture, RowAnswer, SampleInfo, ShownRecords};

/// How far the case is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    Empty,
    Reading,
    Done,
    /// The user stopped reading.
    Cancelled,
    /// The worker died; the file it had in work, if it had one, and what the browser says.
    Died {
        path: Option<String>,
        message: String,
    },
}

/// Files that hang over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drag {
    /// How many, if the browser says.
    Over(u32),
    /// Dropped; folders are being listed.
    Listing,
}

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub language: Language,
    pub phase: Phase,
    pub view: View,
    pub samples: Rc<Vec<SampleInfo>>,
    /// What the case is called; empty when only the number of its files says anything.
    pub name: String,
    pub ledger: Rc<Ledger>,
    pub case: Option<Case>,
    /// Problems that are not folded.
    pub open: Rc<BTreeSet<u32>>,
    /// Problem that the keyboard is at.
    pub current: u32,
    pub cite: Option<Cite>,
    /// Counts the questions of the drawer; answers to older ones are not shown.
    pub token: u32,
    pub raw: Option<Raw>,
    pub drawer_below: bool,
    pub keyboard: bool,
    pub drag: Option<Drag>,
    /// No sign of the worker for long.
    pub stalled: bool,
    pub notice: Option<Notice>,
    /// What was last said to screen readers, and how often anything was.
    pub spoken: (u32, String),
    /// Identifier of the element that the focus goes to as soon as it is drawn. Whoever goes elsewhere gives it up.
    pub goal: Option<String>,
    /// Row that was asked for last and is to open: its table and number. What is opened or closed meanwhile counts more.
    pub row_wanted: Option<(String, u32)>,
    /// Row of the files that was asked for and is not shown yet.
    pub shown_file: Option<String>,
    /// Rule of the reference that was asked for and is not shown yet.
    pub shown_rule: Option<String>,
    /// What is in the fields of the tools.
    pub tools: Inputs,
    /// Whether the export is open.
    pub exporting: bool,
    /// What redaction would replace in the format that was asked for last.
    pub redaction: Option<Rc<Redaction>>,
    /// What is chosen to be gathered; `None` before anybody chose.
    pub collect: Option<Rc<Choice>>,
    pub tables: Rc<Tables>,
    pub connectors: Rc<ConnectorsState>,
    pub routing: Rc<RoutingState>,
    pub search: Rc<SearchState>,
    /// The timeline as drawn last.
    pub picture: Option<Rc<Picture>>,
    /// Problems that were set aside, with a note each.
    pub acknowledged: Rc<BTreeMap<u32, String>>,
    /// Notes that were begun, by problem; they wait while another view is shown.
    pub drafts: Rc<BTreeMap<u32, String>>,
    /// The report of earlier files, to compare with.
    pub before: Option<Before>,
    /// The last report of this case that was taken away to read more files, or the same again: its notes come back.
    pub last: Option<Before>,
}

#[derive(Clone, Debug)]
pub enum Action {
    Ready(Vec<SampleInfo>),
    /// Reading begins, with what the page knows of the files.
    Begin {
        name: String,
        files: Vec<(String, u64)>,
    },
    Files(Vec<(String, u64)>),
    Progress {
        steps: Vec<Step>,
        elapsed: f64,
    },
    FilesDone(Vec<(u32, Input)>),
    Report(Box<Report>),
    Cancelled,
    Died(String),
    Stalled(bool),
    Notice(Option<Notice>),
    Language(Language),
    Show(View),
    ShowFile(String),
    /// The file that was asked for is shown.
    FileIsShown,
    ShowRule(String),
    /// The rule that was asked for is shown.
    RuleIsShown,
    /// The focus goes to an element as soon as it is drawn.
    GoTo(String),
    /// It is there, or somebody writes elsewhere.
    Gone,
    LookUp(String),
    Tool(Typed),
    /// Sets a problem aside with a note, or takes that back.
    Acknowledge(u32, Option<String>),
    /// What somebody began to write about a problem; nothing when it was given up.
    Draft(u32, Option<String>),
    /// The report becomes the one to compare with, and the page waits for later files.
    Compare,
    /// No comparison any more.
    StopComparing,
    /// The last report becomes the one to compare with: the files added to it are read by themselves.
    CompareLast,
    /// Back to the files that later ones were to be compared with; they are read again.
    GoBack,
    /// Another choice of what to gather.
    Collect(CollectChange),
    /// Something about a table changes.
    Table(&'static str, TableChange),
    /// A filter is kept, or no longer.
    Kept(KeptChange),
    /// Another table of a view is shown.
    ShowTable(View, &'static str),
    /// Something about the connectors changes.
    Connectors(ConnectorsChange),
    /// Something about routing changes.
    Routing(RoutingChange),
    /// Something about the search changes.
    Search(SearchChange),
    /// The search is shown, with this in its field.
    SearchFor(String),
    /// A row of a table is asked for, to be opened.
    WantRow(String, u32),
    /// The row that was asked for.
    RowAnswer(Box<RowAnswer>),
    /// A row opens in the drawer.
    Row(Box<RowAnswer>),
    /// More is known of the way of a message.
    Path(Box<MessagePath>),
    /// All views show this range of time only; from and to on the axis.
    Range(Option<(i64, i64)>),
    /// What the reader says about clocks.
    Clock(ClockChange),
    Picture(Box<Picture>),
    Fold(u32),
    Unfold(u32),
    Current(u32),
    /// The diagnosis is shown, with this problem unfolded and at the top.
    ShowProblem(u32),
    Cite(Option<Cite>),
    /// The drawer asks anew: what came before does not count.
    Ask,
    Lines(Lines),
    /// Records of a binary log for the drawer.
    Records {
        token: u32,
        source: u32,
        records: ShownRecords,
    },
    Dock,
    Keyboard(bool),
    Drag(Option<Drag>),
    Say(String),
    Export(bool),
    /// What redaction replaces.
    Redaction(Box<Redaction>),
}

impl State {
    pub fn new(view: View, language: Language) -> State {
        State {
            language,
            phase: Phase::Empty,
            view,
            samples: Rc::default(),
            name: String::new(),
            ledger: Rc::default(),
            case: None,
            open: Rc::default(),
            current: 0,
            cite: None,
            token: 0,
            raw: None,
            drawer_below: false,
            keyboard: false,
            drag: None,
            stalled: false,
            notice: None,
            spoken: (0, String::new()),
            goal: None,
            row_wanted: None,
            shown_file: None,
            shown_rule: None,
            tools: Inputs::default(),
            collect: None,
            tables: Rc::default(),
            picture: None,
            acknowledged: Rc::default(),
            drafts: Rc::default(),
            before: None,
            last: None,
            exporting: false,
            redaction: None,
            connectors: Rc::default(),
            routing: Rc::default(),
            search: Rc::default(),
        }
    }

    /// The word in `body[data-state]`.
    pub fn word(&self) -> &'static str {
        match self.phase {
            Phase::Empty => "empty",
            Phase::Reading => "reading",
            Phase::Done => "done",
            Phase::Cancelled => "cancelled",
            Phase::Died { .. } => "failed",
        }
    }

    /// Number of files of the case.
    pub fn files(&self) -> usize {
        self.case.as_ref().map_or(self.ledger.rows.len(), |case| case.report.inputs.len())
    }

    /// What the case is called.
    pub fn case_name(&self) -> String {
        case_name(&self.name, self.files())
    }

    fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// Place in the files of what is open in the drawer.
    pub fn cited(&self) -> Option<&crate::report::Evidence> {
        let Cite { problem, number } = self.cite?;
        self.case.as_ref()?.evidence(problem, number)
    }

    fn change_kept(&mut self, change: KeptChange) {
        let kept = &mut Rc::make_mut(&mut self.tables).kept;
        let said = self.language.words().grid;
        let (said, notice) = match change {
            KeptChange::Keep(filter) => {
                kept.keep(filter);
                (said.filter_kept.to_owned(), None)
            }
            KeptChange::Remove(filter) => {
                kept.remove(&filter);
                (said.filter_removed.to_owned(), None)
            }
            KeptChange::Read(text) => match kept.take_file(&text) {
                Ok(of) if of.unknown + of.beyond == 0 => ((said.filters_taken)(of.taken as u64), None),
                Ok(of) => (String::new(), Some(Notice::SomeFilters(of))),
                Err(NotFilters) => (String::new(), Some(Notice::NoFilters)),
            },
            KeptChange::NotRead => (String::new(), Some(Notice::NoFilters)),
        };
        self.notice = notice;
        if !said.is_empty() {
            self.say(said);
        }
    }

    fn say(&mut self, text: String) {
        self.spoken = (self.spoken.0.wrapping_add(1), text);
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Ready(samples) => self.samples = Rc::new(samples),
            Action::Begin { name, files } => {
                // What stood over the view or beside it was about the report that goes.
                let closed = self.has_drawer() || self.exporting;
                self.phase = Phase::Reading;
                self.name = name;
                self.ledger = Rc::new(Ledger { rows: files.into_iter().map(Row::new).collect(), elapsed: 0.0 });
                if let Some(last) = self.take_case() {
                    self.last = Some(last);
                }
                self.close();
                self.exporting = false;
                self.keyboard = false;
                self.redaction = None;
                self.notice = None;
                self.stalled = false;
                (self.goal, self.shown_file, self.shown_rule) = (None, None, None);
                self.collect = None;
                Rc::make_mut(&mut self.tables).forget();
                Rc::make_mut(&mut self.connectors).forget();
                Rc::make_mut(&mut self.routing).forget();
                self.search = Rc::default();
                self.picture = None;
                if self.view == View::About {
                    self.view = View::Diagnosis;
                }
                let words = self.words().frame;
                self.say(if closed { words.said_closed } else { words.said_reading }.to_owned());
            }
            Action::Files(files) => {
                let rows = files.into_iter().map(Row::new).collect();
                self.ledger = Rc::new(Ledger { rows, elapsed: self.ledger.elapsed });
            }
            Action::Progress { steps, elapsed } => {
                let ledger = Rc::make_mut(&mut self.ledger);
                ledger.elapsed = elapsed;
                steps.into_iter().for_each(|step| ledger.step(step));
                self.stalled = false;
            }
            Action::FilesDone(done) => {
                let ledger = Rc::make_mut(&mut self.ledger);
                done.into_iter().for_each(|(source, input)| ledger.finish(source, input));
            }
            Action::Report(report) => self.receive(*report),
            Action::Cancelled => {
                self.phase = Phase::Cancelled;
                self.stalled = false;
                self.say(self.words().frame.said_cancelled.to_owned());
            }
            // What is in the page stays; only what comes from the files is gone.
            Action::Died(message) if self.case.is_some() => {
                self.change_search(SearchChange::Stop);
                self.notice = Some(Notice::WorkerLost(message));
            }
            Action::Died(message) => {
                self.phase = Phase::Died { path: self.ledger.in_work().map(str::to_owned), message };
                self.stalled = false;
            }
            Action::Stalled(stalled) => self.stalled = stalled,
            Action::Notice(notice) => self.notice = notice,
            Action::Language(language) => {
                self.language = language;
                self.say(self.words().frame.said_language.to_owned());
            }
            Action::Show(view) => self.show(view, None),
            Action::ShowFile(path) => self.show_file(path),
            Action::FileIsShown => self.shown_file = None,
            Action::ShowRule(id) => {
                self.show(View::Reference, Some(rule_id(&id)));
                self.shown_rule = Some(id);
            }
            Action::RuleIsShown => self.shown_rule = None,
            Action::GoTo(id) => self.goal = Some(id),
            Action::Gone => self.goal = None,
            Action::LookUp(code) => {
                self.show(View::Tools, None);
                self.tools.take(Typed::Code(code));
            }
            Action::Tool(typed) => self.tools.take(typed),
            Action::Acknowledge(problem, note) => self.acknowledge(problem, note),
            Action::Draft(problem, Some(text)) => {
                Rc::make_mut(&mut self.drafts).insert(problem, text);
            }
            Action::Draft(problem, None) => {
                Rc::make_mut(&mut self.drafts).remove(&problem);
            }
            Action::Compare => self.compare(),
            Action::StopComparing => {
                self.before = None;
                if let Some(case) = &mut self.case {
                    case.compare(None, "");
                }
            }
            Action::CompareLast => {
                self.before = self.last.take().or_else(|| self.before.take());
                self.case = None;
            }
            Action::GoBack => {
                self.last = self.before.take();
                self.case = None;
            }
            Action::Collect(change) => {
                let report = self.case.as_ref().map(|case| &*case.report);
                let choice = self.collect.as_deref().cloned().unwrap_or_else(|| Choice::first(report));
                self.collect = Some(Rc::new(choice.changed(report, change)));
            }
            Action::Table(table, change) => Rc::make_mut(&mut self.tables).change(table, change),
            Action::Kept(change) => self.change_kept(change),
            Action::ShowTable(view, table) => Rc::make_mut(&mut self.tables).show(view, table),
            Action::Connectors(change) => Rc::make_mut(&mut self.connectors).change(change),
            Action::Routing(change) => self.change_routing(change),
            Action::Search(change) => self.change_search(change),
            Action::SearchFor(text) => {
                self.show(View::Search, Some(FIELD.to_owned()));
                self.close();
                self.change_search(SearchChange::For(text));
            }
            Action::WantRow(table, number) => self.row_wanted = Some((table, number)),
            Action::RowAnswer(row) => self.hear_row(*row),
            Action::Row(row) => self.open_row(*row),
            Action::Path(path) => self.take_path(*path),
            Action::Range(range) => Rc::make_mut(&mut self.tables).set_range(range),
            Action::Clock(change) => Rc::make_mut(&mut self.tables).change_clocks(change),
            Action::Picture(picture) => self.picture = Some(Rc::new(*picture)),
            Action::Fold(problem) => {
                Rc::make_mut(&mut self.open).remove(&problem);
            }
            Action::Unfold(problem) => {
                Rc::make_mut(&mut self.open).insert(problem);
            }
            Action::Current(problem) => self.current = problem,
            Action::ShowProblem(problem) => {
                self.show(View::Diagnosis, Some(problem_id(problem)));
                self.current = problem;
                Rc::make_mut(&mut self.open).insert(problem);
            }
            Action::Cite(None) => self.close(),
            Action::Cite(Some(cite)) => self.cite_now(cite),
            Action::Ask => self.token = self.token.wrapping_add(1),
            Action::Lines(lines) => self.show_lines(lines),
            Action::Records { token, source, records } => self.show_records(token, source, records),
            Action::Dock => self.drawer_below = !self.drawer_below,
            Action::Keyboard(shown) => self.keyboard = shown,
            Action::Drag(drag) => self.drag = drag,
            Action::Say(text) => self.say(text),
            Action::Export(open) => {
                self.exporting = open;
                self.redaction = None;
            }
            Action::Redaction(redaction) => {
                self.say(redaction.result(self.words().export));
                self.redaction = Some(Rc::new(*redaction));
            }
        }
    }

    /// Whether something stands beside main.
    pub fn has_drawer(&self) -> bool {
        self.cite.is_some() || self.view == View::Routing && self.case.is_some() && self.routing.is_open()
    }

    fn change_routing(&mut self, change: RoutingChange) {
        let (other, said) = Rc::make_mut(&mut self.routing).change(change);
        if !other.is_empty() {
            let tables = Rc::make_mut(&mut self.tables);
            if std::ptr::eq(other, OF_ROUTE) { tables.refresh_rows(other) } else { tables.renew_rows(other) }
        }
        if let Some(said) = said {
            self.say(said);
        }
    }

    fn change_search(&mut self, change: SearchChange) {
        if Rc::make_mut(&mut self.search).change(change) {
            self.say(self.search.said(self.words().search));
        }
    }

    fn receive(&mut self, report: Report) {
        self.open = Rc::new(case::open_at_first(&report));
        self.current = report.problems.first().map_or(0, |problem| problem.number);
        let problems = report.problems_to_solve() as u64;
        self.phase = Phase::Done;
        self.stalled = false;
        // Notes go with their problems: into the report of more files, and into that of later ones.
        let notes = self.last.as_ref().or(self.before.as_ref()).map(|earlier| earlier.notes_on(&report));
        self.acknowledged = Rc::new(notes.unwrap_or_default());
        // The numbers of the problems are others now.
        self.drafts = Rc::default();
        let gone = self.last.as_ref().map(|last| gone_since(&last.report, &report)).unwrap_or_default();
        if let Some(first) = gone.first() {
            self.notice = Some(Notice::GoneSince(gone.len() as u64, (*first).to_owned()));
        }
        let mut case = Case::new(report);
        case.compare(self.before.as_ref(), &self.name);
        self.case = Some(case);
        self.close();
        self.say((self.words().frame.said_done)(problems));
    }

    fn acknowledge(&mut self, problem: u32, note: Option<String>) {
        let words = self.words().frame;
        Rc::make_mut(&mut self.drafts).remove(&problem);
        let said = match note {
            Some(note) => {
                Rc::make_mut(&mut self.acknowledged).insert(problem, note);
                words.said_aside
            }
            None => {
                Rc::make_mut(&mut self.acknowledged).remove(&problem);
                words.said_back
            }
        };
        self.say(said(problem));
    }

    /// Takes the report away, with the notes on it.
    fn take_case(&mut self) -> Option<Before> {
        let report = self.case.take()?.report;
        Some(Before { name: self.name.clone(), report, acknowledged: std::mem::take(&mut self.acknowledged) })
    }

    /// Files of the reading under way, or that was stopped, that the last report did not have.
    pub fn added(&self) -> Vec<String> {
        let Some(last) = &self.last else { return Vec::new() };
        let known: BTreeSet<&str> = last.report.inputs.iter().map(|input| input.path.as_str()).collect();
        let paths = self.ledger.rows.iter().map(|row| &row.path);
        paths.filter(|path| !known.contains(path.as_str())).cloned().collect()
    }

    fn compare(&mut self) {
        let Some(before) = self.take_case() else { return };
        self.before = Some(before);
        self.last = None;
        self.name = String::new();
        self.phase = Phase::Empty;
        self.view = View::Diagnosis;
        self.ledger = Rc::default();
        self.close();
        self.say(self.words().frame.said_compare.to_owned());
    }

    fn close(&mut self) {
        (self.cite, self.raw, self.row_wanted) = (None, None, None);
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = State::clone(&self);
        next.apply(action);
        Rc::new(next)
    }
}

/// The files of which an earlier report has something, and a later one nothing, because they could not be read again.
fn gone_since<'r>(earlier: &Report, later: &'r Report) -> Vec<&'r str> {
    let was_read = |path: &str| {
        earlier.inputs.iter().any(|input| input.path == path && input.state != InputState::NotRead && input.records > 0)
    };
    let gone = later
        .inputs
        .iter()
        .filter(|input| input.state == InputState::NotRead && input.file_state() != FileState::LeftOut);
    gone.map(|input| input.path.as_str()).filter(|path| was_read(path)).collect()
}

#[cfg(test)]
mod tests;
