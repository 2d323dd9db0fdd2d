//! Layer 6, the API: files in, [`Report`] out. The command line, the tests and the browser worker
//! call this and nothing below it.
//!
//! This is the only module that sees formats and rules. It does no input or output of its own; sources
//! are read through [`crate::base::source::ReadAt`]. The result depends on the content and the paths of
//! the files alone: no clock, no locale, no order of dropping.

mod accepted_domains;
mod account;
pub mod connector_matrix;
pub mod domain_route;
mod expand;
mod input;
pub mod job;
pub mod kept_filters;
pub mod latency;
pub mod log;
pub mod message_path;
mod names;
pub mod pasted;
mod ranking;
mod reading;
pub mod routing_map;
pub mod row_problems;
mod scope;
pub mod search;
mod shelf;
pub mod tables;
pub mod timeline;
pub mod wanted;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use crate::base::order::Order as _;

pub use reading::{Reading, Step};

use self::message_path::Trace;
use crate::base::clocks::Clocks;
use crate::base::shown_records::{Around, ShownRecords};
use crate::base::source::{Place, Source};
use crate::base::text::Text;
use crate::facts::names::Name;
use crate::formats::Log;
use crate::report::redaction::{Leak, Redacted, redact, redact_with};
use crate::report::{
    Added, Considered, ConsideredVerdict, Evidence, ExplainedCode, Finding, Input, InputState, Report, excerpt,
};
use crate::rules::{Discovery, Proof, Rule, Verdict, note_before, note_past_reports};
use crate::tools::code_lookup;

/// News of an analysis under way.
#[derive(Debug)]
pub enum Progress<'a> {
    /// All files in their order, before a byte is read: path and size in bytes.
    Files(Vec<(String, u64)>),
    /// How far a file is: its index, bytes and records read.
    Reading {
        /// Index of the file.
        source: u32,
        /// Bytes read.
        bytes: u64,
        /// Records read.
        records: u64,
    },
    /// A file is done; its row.
    Done {
        /// Index of the file.
        source: u32,
        /// Its row in the report.
        input: &'a Input,
    },
}

/// A finished analysis: the report, and the sources to look things up in.
pub struct Analysis {
    /// The diagnosis.
    pub report: Report,
    /// Names of the site, when they were asked for.
    names: OnceCell<Vec<Name>>,
    sources: Vec<reading::Read>,
    shelf: shelf::Shelf,
    facts: crate::facts::Facts,
    /// Tables that were asked for.
    tables: RefCell<BTreeMap<&'static str, Rc<tables::Built>>>,
    /// When each finding began, in their order.
    onsets: Vec<timeline::Onset>,
    /// What each problem accounts for, by queue.
    shares: Vec<row_problems::QueueShare>,
    /// The timeline, when it was asked for.
    timeline: RefCell<Option<Rc<timeline::Timeline>>>,
    /// Which routing tables the view of routing is about.
    routing: Cell<routing_map::Chosen>,
    /// What two of them do differently, and the rows that are steps of the way that is shown.
    changes: routing_map::changes::Kept,
    on_route: RefCell<routing_map::OnRoute>,
}

/// What is known about a row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowDetails {
    /// Titles and whole texts of its cells; what is unknown is left out.
    pub fields: Vec<(String, String)>,
    /// What it means: title and text.
    pub notes: Vec<(String, String)>,
    /// Where it stands.
    pub evidence: Option<Evidence>,
    /// Of a row about a message: its way, as far as exports show it. The logs are not searched yet.
    pub path: Option<message_path::MessagePath>,
    /// The problems that it belongs to.
    pub problems: Vec<row_problems::RowProblem>,
}

/// Reads and diagnoses the files of a case. `progress` is told how it goes; when it answers `Break`,
/// the file in work is left where it is and the rest is not read.
///
/// This does one job after the other; whoever has several workers drives a [`Reading`] and calls [`diagnose`].
pub fn analyze(sources: Vec<Source>, progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>) -> Analysis {
    let mut reading = Reading::new(sources);
    let mut stopped = progress(Progress::Files(reading.files())).is_break();
    for (source, input) in reading.rows() {
        stopped |= progress(Progress::Done { source: source.0, input }).is_break();
    }
    if !stopped {
        let _ = read_here(&mut reading, progress);
    }
    diagnose(reading)
}

/// Does all jobs that are left, one after the other.
///
/// `Break` when `progress` said so.
pub fn read_here(reading: &mut Reading, progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut stopped = false;
    while let Some(job) = reading.next() {
        let Some(bytes) = reading.bytes(job.source) else { break };
        let done = job::run(&job, &*bytes, &mut |bytes, records| {
            let Step { source, bytes, records } = reading.advance(&job, bytes, records);
            let answer = progress(Progress::Reading { source: source.0, bytes, records });
            stopped |= answer.is_break();
            answer
        });
        if reading.give(&job, done)
            && let Some(input) = reading.row(job.source)
        {
            stopped |= progress(Progress::Done { source: job.source.0, input }).is_break();
        }
        if stopped {
            return ControlFlow::Break(());
        }
    }
    ControlFlow::Continue(())
}

/// Diagnoses what was read.
pub fn diagnose(reading: Reading) -> Analysis {
    diagnose_by(reading, &|_| true)
}

/// Diagnoses what was read with some of the rules only, to measure what they cost.
pub fn diagnose_by(reading: Reading, wanted: &dyn Fn(&Rule<'_>) -> bool) -> Analysis {
    let (read, fold) = reading.finish();
    let incomplete =
        read.iter().filter(|file| file.input.state == InputState::Incomplete).map(|file| file.id).collect();
    let facts = fold.finish(&incomplete);
    let of_site = crate::rules::of_site(&facts);
    let mut found: Vec<(&Rule<'_>, Discovery)> = Vec::new();
    let mut considered = Vec::new();
    for rule in crate::rules::every(&of_site).filter(|rule| wanted(rule)) {
        match judge(rule, &facts) {
            Verdict::Found(discoveries) => found.extend(discoveries.into_iter().map(|mut discovery| {
                note_past_reports(&facts, &mut discovery);
                let severity = discovery.severity.unwrap_or(rule.severity);
                let role = discovery.role.unwrap_or(rule.role);
                note_before(&facts, severity, role, &mut discovery);
                (rule, discovery)
            })),
            Verdict::RuledOut(why) => considered.push(consider(rule, ConsideredVerdict::RuledOut, why, Vec::new())),
            Verdict::Undecided(why, missing) => {
                considered.push(consider(rule, ConsideredVerdict::Undecided, why, missing));
            }
            Verdict::NotApplicable => {}
        }
    }
    considered.order_by(|a, b| (a.verdict, &a.rule).cmp(&(b.verdict, &b.rule)));
    let ranked = ranking::rank(found);
    let shelf = shelf::Shelf::default();
    let findings: Vec<Finding> = ranked.findings.iter().map(|f| finding(f, &read, &shelf)).collect();
    let onsets = ranked.findings.iter().map(|ranked| onset(&ranked.discovery)).collect();
    let inputs: Vec<_> = read.iter().map(|r| r.input.clone()).collect();
    let (summary, shares) = account::summarize(&facts, &ranked, &findings, &inputs);
    let scope = scope::of_case(&facts);
    let report = Report {
        summary,
        inputs,
        problems: ranked.problems,
        findings,
        considered,
        redacted: false,
        set_aside: Vec::new(),
        scope,
        compared: None,
    };
    drop(of_site);
    Analysis {
        report,
        names: OnceCell::new(),
        sources: read,
        shelf,
        facts,
        tables: RefCell::default(),
        onsets,
        shares,
        timeline: RefCell::default(),
        routing: Cell::default(),
        changes: RefCell::default(),
        on_route: RefCell::default(),
    }
}

/// When a finding began, and the first place that shows it.
fn onset(found: &Discovery) -> timeline::Onset {
    Some((found.onset?, found.proofs.first().map(|proof| proof.span)))
}

/// Runs a check. A rule that panics is a bug of ours; it must not take the others with it. (On wasm32 a
/// panic ends the worker, and the page says so.)
fn judge(rule: &Rule<'_>, facts: &crate::facts::Facts) -> Verdict {
    let run = std::panic::AssertUnwindSafe(|| rule.verdict(facts));
    std::panic::catch_unwind(run).unwrap_or_else(|_| {
        let why = format!(
            "The check {} failed. This is a fault of the program; please report the name of the check.",
            rule.id
        );
        Verdict::Undecided(why, Vec::new())
    })
}

fn consider(
    rule: &Rule<'_>,
    verdict: ConsideredVerdict,
    why: String,
    missing: Vec<crate::report::Missing>,
) -> Considered {
    Considered { rule: rule.id.to_owned(), title: rule.title.to_owned(), verdict, why, missing }
}

fn finding(ranked: &ranking::Ranked<'_>, sources: &[reading::Read], shelf: &shelf::Shelf) -> Finding {
    let (rule, d) = (ranked.rule, &ranked.discovery);
    Finding {
        rule: rule.id.to_owned(),
        severity: ranked.severity,
        role: ranked.role,
        confidence: d.confidence,
        problem: ranked.problem,
        title: rule.title.to_owned(),
        statement: d.statement.clone(),
        affected: d.affected.clone(),
        evidence: d.proofs.iter().map(|p| evidence(p, sources, shelf)).collect(),
        explains: ranked.explains.iter().map(|id| (*id).to_owned()).collect(),
        effects: d.effects.clone(),
        grounds: d.grounds.clone(),
        remedy: d.remedy.clone(),
        verify: d.verify.clone(),
        missing: d.missing.clone(),
        sources: rule.sources.iter().map(str::to_owned).collect(),
    }
}

fn evidence(proof: &Proof, sources: &[reading::Read], shelf: &shelf::Shelf) -> Evidence {
    let source = sources.get(proof.span.source.0 as usize);
    let lines = |text: &Text, first: u32, last: u32| -> Vec<String> {
        // A record can span a file; an excerpt is cut from its beginning then.
        (first..=last.min(first.saturating_add(400))).map(|n| text.line(n).to_owned()).collect()
    };
    // Rows of logs are shown by their line numbers, which are worked out only for what is shown.
    let mut place = proof.span.place;
    let mut raw: Vec<String> = match (source, place) {
        (Some(read), Place::Lines { first, last }) => {
            shelf.text(read).map(|t| lines(&t, first, last)).unwrap_or_default()
        }
        (Some(read), Place::Record(id)) => {
            read.show(id, Around::default()).and_then(|shown| shown.into_lines(id)).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if let (Some(read), Place::Row(offset)) = (source, place)
        && let Some((number, line)) = log::line_at(&*read.source.bytes, &read.rows, offset)
    {
        raw = vec![line];
        place = Place::Lines { first: number, last: number };
    }
    let (excerpt, marks) = match &proof.searched {
        Some(searched) => (searched.clone(), Vec::new()),
        None => excerpt::cut(&raw.iter().map(String::as_str).collect::<Vec<_>>(), &proof.marks),
    };
    Evidence {
        input: source.map_or_else(String::new, |s| s.input.path.clone()),
        source: proof.span.source.0,
        locator: place.to_string(),
        lines: match place {
            Place::Lines { first, last } => Some((first, last)),
            Place::File | Place::Record(_) | Place::Row(_) => None,
        },
        record: match place {
            Place::Record(id) => Some(id.to_string()),
            Place::File | Place::Lines { .. } | Place::Row(_) => None,
        },
        note: proof.note.clone(),
        why: proof.why.clone(),
        marks,
        marked_texts: proof.marks.clone(),
        absent: proof.searched.is_some(),
        codes: if proof.searched.is_some() { Vec::new() } else { explained(&excerpt) },
        excerpt,
    }
}

/// Codes that are explained beside one piece of evidence at most.
const CODES: usize = 6;

fn explained(excerpt: &str) -> Vec<ExplainedCode> {
    let mut codes: Vec<ExplainedCode> = Vec::new();
    for note in code_lookup::codes_in(excerpt) {
        let code = ExplainedCode { code: excerpt.get(note.range).unwrap_or("").to_owned(), text: note.text };
        if codes.len() < CODES && !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

impl Analysis {
    /// Lines `first` to `first + count - 1` of a text file or log and its number of lines; `None` for binary files and
    /// for files that were not read.
    pub fn lines(&self, source: u32, first: u32, count: u32) -> Option<(Vec<String>, u32)> {
        let read = self.sources.get(source as usize)?;
        let Some(text) = self.shelf.text(read) else {
            let total = u32::try_from(read.rows.lines()).unwrap_or(u32::MAX);
            let lines = log::lines(&*read.source.bytes, &read.rows, u64::from(first.max(1)) - 1, count as usize);
            return (total > 0).then_some((lines, total));
        };
        let last = first.saturating_add(count).min(text.line_count().saturating_add(1));
        Some(((first.max(1)..last).map(|n| text.line(n).to_owned()).collect(), text.line_count()))
    }

    /// A record of a binary log, with some beside it.
    pub fn records(&self, source: u32, record: u64, around: Around) -> Option<ShownRecords> {
        self.sources.get(source as usize)?.show(record, around)
    }

    /// Names of the site that may stand in the report, for redaction; they are gathered when somebody redacts.
    pub fn names(&self) -> &[Name] {
        self.names.get_or_init(|| names::of_case(&self.facts, &self.report, &self.sources, &[]))
    }

    /// The report without the names of the site, with what was added to it: notes and an earlier capture can hold names that the
    /// report does not.
    pub fn redacted(&self, added: Added) -> Redacted {
        let report = self.report.with(added);
        if report.set_aside.is_empty() && report.compared.is_none() {
            return redact(&report, self.names());
        }
        redact(&report, &names::of_case(&self.facts, &report, &self.sources, &[]))
    }

    /// The rows of a table that a query wants as CSV without the names of the site, with the same tokens as the report; `None`
    /// when there is no such table.
    ///
    /// # Errors
    /// What the check found in it.
    pub fn redacted_table(&self, id: &str, query: &tables::Query) -> Option<Result<String, Vec<Leak>>> {
        let table = self.table(id)?;
        let mut cells = table.cells(query);
        let names = names::of_case(&self.facts, &self.report, &self.sources, &cells);
        let redacted = redact_with(&self.report, &names, &mut cells);
        let csv = table.csv_of(&cells);
        let leaks = redacted.leaks(&csv);
        Some(if leaks.is_empty() { Ok(csv) } else { Err(leaks) })
    }

    /// A table; its rows are made when it is asked for first.
    pub fn table(&self, id: &str) -> Option<Rc<tables::Built>> {
        let table = tables::by_id(id)?;
        let mut all = self.tables.borrow_mut();
        let make = || match table.id {
            // The one table that shows what the rules found as well, and the names of files.
            tables::TIMELINE => {
                let paths: Vec<&str> = self.report.inputs.iter().map(|input| input.path.as_str()).collect();
                tables::Built::of(table, tables::timeline_rows(&self.timeline(), &paths))
            }
            tables::FILES => tables::Built::of(table, tables::files_rows(&self.report.inputs)),
            // These are about the routing tables that were chosen.
            tables::ROUTING_LINKS => tables::Built::of(
                table,
                tables::routing_links_rows(&self.facts, &self.routing.get(), &self.on_route.borrow()),
            ),
            tables::ROUTING_PLACES => tables::Built::of(
                table,
                tables::routing_places_rows(&self.facts, &self.routing.get(), &self.on_route.borrow()),
            ),
            tables::ROUTING_DATABASES => tables::Built::of(
                table,
                tables::routing_databases_rows(&self.facts, &self.routing.get(), &self.on_route.borrow()),
            ),
            tables::ROUTING_CHANGES => {
                tables::Built::of(table, tables::routing_changes_rows(&self.facts, &self.routing.get(), &self.changes))
            }
            _ => tables::Built::new(table, &self.facts),
        };
        Some(Rc::clone(all.entry(table.id).or_insert_with(|| Rc::new(make()))))
    }

    /// All that has a time; made when it is asked for first.
    pub fn timeline(&self) -> Rc<timeline::Timeline> {
        let mut known = self.timeline.borrow_mut();
        let make = || Rc::new(timeline::Timeline::new(&self.facts, &self.report, &self.onsets));
        Rc::clone(known.get_or_insert_with(make))
    }

    /// What is known about a row of a table, with its place in the files. Times of its path are as the reader's clocks have them.
    pub fn row(&self, table: &str, number: u32, clocks: &Clocks) -> Option<RowDetails> {
        let built = self.table(table)?;
        let row = built.rows.get(number as usize)?;
        let evidence = row.span.map(|span| evidence(&Proof::new(span, built.table.title), &self.sources, &self.shelf));
        let fields = built.fields(number);
        if let Some(input) = self.report.inputs.get(number as usize).filter(|_| table == tables::FILES) {
            return Some(self.file_row(number, input, fields, evidence));
        }
        let path = message_path::message_of(built.table, row).map(|id| {
            let mut path = Trace::new(self, &id).path(clocks);
            if id.is_empty() {
                path.missing.push(message_path::missing_id(self, row.span.map(|span| span.source)));
            }
            path
        });
        let problems = row_problems::of(&self.report, &self.shares, built.queue(row), evidence.as_ref());
        Some(RowDetails { fields, notes: (built.table.notes)(&self.facts, row), evidence, path, problems })
    }

    /// What is known about a file. Its first lines are shown when it has lines.
    fn file_row(
        &self,
        number: u32,
        input: &Input,
        mut fields: Vec<(String, String)>,
        evidence: Option<Evidence>,
    ) -> RowDetails {
        // What the cell of remarks runs together stands one by one in the notes.
        fields.retain(|(title, _)| title != "Remarks");
        let has_lines = self.lines(number, 1, 1).is_some_and(|(lines, _)| !lines.is_empty());
        let evidence = evidence.map(|evidence| Evidence { lines: has_lines.then_some((1, 1)), ..evidence });
        let notes = tables::file_notes(input).into_iter().chain(tables::file_reason(input)).collect();
        RowDetails { fields, notes, evidence, path: None, problems: Vec::new() }
    }

    /// Who answers whom.
    pub fn connector_matrix(&self, question: &connector_matrix::Question) -> connector_matrix::Matrix {
        connector_matrix::matrix(&self.facts, question)
    }

    /// How a server chooses who answers an address.
    pub fn who_answers(&self, asked: &connector_matrix::Asked) -> Option<connector_matrix::Choice> {
        let table = self.table("receive-connectors")?;
        connector_matrix::choice(&self.facts, asked, &|span| table.number(span))
    }

    /// Which connector takes mail to a domain; `None` when the text holds no domain.
    pub fn domain_route(&self, text: &str) -> Option<domain_route::DomainRoute> {
        let table = self.table("send-connectors")?;
        Some(domain_route::route(&self.facts, &domain_route::read_domain(text)?, &|span| table.number(span)))
    }

    /// What the view of routing asks. The tables below it are about the routing tables that it chose last.
    pub fn routing(&self, ask: routing_map::Ask) -> routing_map::Told {
        let before = self.routing.get();
        let chosen = match ask {
            routing_map::Ask::Map { table, .. } => routing_map::Chosen { shown: table, ..before },
            routing_map::Ask::Compare { pair } => routing_map::Chosen { pair, ..before },
            _ => before,
        };
        if chosen != before {
            self.routing.set(chosen);
            self.forget_routing_tables();
        }
        let is_route = matches!(ask, routing_map::Ask::Route(_));
        let steps = RefCell::new(std::collections::BTreeSet::new());
        let rows = |table: &str, span| {
            steps.borrow_mut().insert((table.to_owned(), span));
            Some((table.to_owned(), self.table(table)?.number(span)?))
        };
        let leaves = matches!(ask, routing_map::Ask::Leave) || chosen.shown != before.shown;
        let told = routing_map::answer(&self.facts, &chosen, ask, &rows, &self.changes);
        if is_route || leaves {
            let space = match &told {
                routing_map::Told::Route(told) => told.hops.last().map(|hop| hop.by.clone()).unwrap_or_default(),
                _ => String::new(),
            };
            let now = if is_route {
                routing_map::OnRoute { rows: steps.take(), space }
            } else {
                routing_map::OnRoute::default()
            };
            if self.on_route.replace(now.clone()) != now {
                self.forget_routing_tables();
            }
        }
        told
    }

    fn forget_routing_tables(&self) {
        self.tables.borrow_mut().retain(|id, _| !id.starts_with("routing-"));
    }

    /// Gives the sources back as they were handed over, to analyze them again together with others.
    pub fn into_sources(self) -> Vec<Source> {
        self.sources.into_iter().map(|r| r.source).filter(|source| source.members.is_empty()).collect()
    }
}

impl reading::Read {
    fn show(&self, record: u64, around: Around) -> Option<ShownRecords> {
        let reader = self.format?.log_reader()?;
        (reader.show)(&Log { id: self.id, path: &self.input.path, bytes: &*self.source.bytes }, record, around)
    }
}
