//! Reading the files of a case, as a list of jobs that others do.
//!
//! [`Reading::next`] gives out work, [`Reading::give`] takes what it gave, in any order; [`Reading::lose`] when a worker
//! died of it. The facts and the rows are the same whoever does the jobs and in which order. One bad file never stops
//! the others.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use super::expand::{self, Entry};
use super::input;
use super::job::{DocumentRead, Done, Job, Task};
use super::log::{Joined, PartRead};
use crate::base::ledger::NoteKind;
use crate::base::order::Order as _;
use crate::base::row_index::RowIndex;
use crate::base::source::{ReadAt, Source, SourceId};
use crate::facts::Fold;
use crate::formats::{Format, Log, LogReader, Part, by_id};
use crate::report::{Input, InputNote, LEFT_OUT};

/// Parts of one log that may be in work or wait for an earlier one. What waits is in memory.
const AHEAD: usize = 16;

/// A source after reading.
pub(super) struct Read {
    /// Its number.
    pub id: SourceId,
    /// The source.
    pub source: Source,
    /// What it was taken for.
    pub format: Option<&'static Format>,
    /// Whether it is a document, whose text can be shown.
    pub is_document: bool,
    /// Where its lines are, for logs of text.
    pub rows: RowIndex,
    /// Its row.
    pub input: Input,
}

/// The files of a case while they are read.
pub struct Reading {
    files: Vec<File>,
    /// Parts that were read with a wrong assumption.
    again: VecDeque<Job>,
    /// The first file that may have work to give out.
    first: usize,
    open: usize,
    logs: Fold,
}

struct File {
    source: Source,
    state: State,
    /// Bytes and records of what is done, and of what is in work by where it begins.
    done: (u64, u64),
    in_work: BTreeMap<u64, (u64, u64)>,
}

enum State {
    New,
    Opening,
    Log(Box<OpenLog>),
    Closed(Box<Closed>),
}

struct OpenLog {
    format: &'static Format,
    reader: LogReader,
    reason: String,
    encoding: Option<String>,
    content: u128,
    joined: Joined,
    parts: Vec<Range<u64>>,
    /// Parts given out so far, and parts joined.
    given: usize,
    joined_parts: usize,
    /// Parts that wait for an earlier one, with what they were told.
    waiting: BTreeMap<u64, (PartRead, Option<Vec<u8>>)>,
}

struct Closed {
    input: Input,
    format: Option<&'static Format>,
    is_document: bool,
    rows: RowIndex,
    /// The records of a document; those of logs are joined at once.
    fold: Option<Fold>,
    content: Option<u128>,
}

impl Closed {
    fn without_records(input: Input, format: Option<&'static Format>) -> Closed {
        Closed { input, format, is_document: false, rows: RowIndex::default(), fold: None, content: None }
    }
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which file.
    pub source: SourceId,
    /// Bytes read.
    pub bytes: u64,
    /// Records read.
    pub records: u64,
}

impl Reading {
    /// Opens containers and puts all files into their order.
    pub fn new(sources: Vec<Source>) -> Reading {
        Reading::without(sources, &[])
    }

    /// The same, with files that are not to be read, by their paths: those that stopped an earlier reading, or that it did not
    /// come to. Each has its row, which says so; they may be containers or lie in one.
    pub fn without(sources: Vec<Source>, left_out: &[String]) -> Reading {
        let mut entries = expand::expand(sources, left_out, &mut || std::ops::ControlFlow::Continue(()));
        // The order of dropping must not show. Files with the same path are ordered by their size.
        let key = |entry: &Entry| (entry.source.path.clone(), entry.source.bytes.size());
        entries.order_by_cached_key(key);
        let mut open = 0;
        let files = entries
            .into_iter()
            .map(|mut entry| {
                let state = match entry.container.take() {
                    _ if entry.is_left_out => {
                        let row = input::not_read(&entry.source, None, LEFT_OUT.to_owned());
                        State::Closed(Box::new(Closed::without_records(row, None)))
                    }
                    Some((kind, listing)) => {
                        let row = input::container(&entry, kind, &listing);
                        State::Closed(Box::new(Closed::without_records(row, None)))
                    }
                    None => {
                        open += 1;
                        State::New
                    }
                };
                File { source: entry.source, state, done: (0, 0), in_work: BTreeMap::new() }
            })
            .collect();
        Reading { files, again: VecDeque::new(), first: 0, open, logs: Fold::default() }
    }

    /// Path and size in bytes of all files, in their order.
    pub fn files(&self) -> Vec<(String, u64)> {
        self.files.iter().map(|file| (file.source.path.clone(), file.source.bytes.size())).collect()
    }

    /// The bytes of a file.
    pub fn bytes(&self, source: SourceId) -> Option<Rc<dyn ReadAt>> {
        Some(Rc::clone(&self.files.get(source.0 as usize)?.source.bytes))
    }

    /// Files that have their row from the beginning, because they are containers.
    pub fn rows(&self) -> Vec<(SourceId, &Input)> {
        self.files
            .iter()
            .enumerate()
            .filter_map(|(n, file)| match &file.state {
                State::Closed(closed) => Some((number(n), &closed.input)),
                State::New | State::Opening | State::Log(_) => None,
            })
            .collect()
    }

    /// The row of a file that is done.
    pub fn row(&self, source: SourceId) -> Option<&Input> {
        match &self.files.get(source.0 as usize)?.state {
            State::Closed(closed) => Some(&closed.input),
            State::New | State::Opening | State::Log(_) => None,
        }
    }

    /// The next piece of work; `None` when there is none now. There may be some after the next [`Reading::give`].
    #[expect(clippy::should_implement_trait, reason = "an iterator would promise that nothing follows `None`")]
    pub fn next(&mut self) -> Option<Job> {
        if let Some(job) = self.again.pop_front() {
            return Some(job);
        }
        let mut first = self.first;
        let mut found = None;
        for (n, file) in self.files.iter_mut().enumerate().skip(self.first) {
            let task = match &mut file.state {
                State::New => {
                    file.state = State::Opening;
                    Some(Task::Open)
                }
                State::Log(log) => log.next(),
                State::Opening | State::Closed(_) => None,
            };
            if let Some(task) = task {
                found = Some(file.job(number(n), task));
                break;
            }
            let exhausted = match &file.state {
                State::Log(log) => log.given == log.parts.len(),
                State::Closed(_) => true,
                State::New | State::Opening => false,
            };
            if exhausted && n == first {
                first += 1;
            }
        }
        self.first = first;
        found
    }

    /// Whether every file has its row.
    pub fn is_finished(&self) -> bool {
        self.open == 0
    }

    /// Notes how far a job is.
    pub fn advance(&mut self, job: &Job, bytes: u64, records: u64) -> Step {
        let mut step = Step { source: job.source, bytes: 0, records: 0 };
        if let Some(file) = self.files.get_mut(job.source.0 as usize) {
            file.in_work.insert(job.start(), (bytes.saturating_sub(job.start()), records));
            let sum = |pick: fn(&(u64, u64)) -> u64| file.in_work.values().map(pick).sum::<u64>();
            step.bytes = (file.done.0 + sum(|work| work.0)).min(file.source.bytes.size());
            step.records = file.done.1 + sum(|work| work.1);
        }
        step
    }

    /// Takes what a job gave. Answers whether its file is done.
    pub fn give(&mut self, job: &Job, done: Done) -> bool {
        let Some(file) = self.files.get_mut(job.source.0 as usize) else { return false };
        if matches!(file.state, State::Closed(_)) {
            return false;
        }
        match done {
            Done::Refused { format, near, reason } => {
                let format = format.as_deref().and_then(by_id);
                let row = Input { near, ..input::not_read(&file.source, format, reason) };
                self.close(job.source, Closed::without_records(row, format));
                return true;
            }
            Done::Document(read) => {
                let closed = document(job.source, &file.source, *read);
                self.close(job.source, closed);
                return true;
            }
            Done::Log { format, reason, encoding, content, parts } => {
                let Some((format, reader)) = by_id(&format).and_then(|f| Some((f, f.log_reader()?))) else {
                    return false;
                };
                let (joined, waiting) = (Joined::default(), BTreeMap::new());
                let log = OpenLog {
                    format,
                    reader,
                    reason,
                    encoding,
                    content,
                    joined,
                    parts,
                    given: 0,
                    joined_parts: 0,
                    waiting,
                };
                file.state = State::Log(Box::new(log));
            }
            Done::Part(part) => {
                if let (State::Log(log), Task::Part { part: read, .. }) = (&mut file.state, &job.task) {
                    log.waiting.insert(read.range.start, (*part, read.carry.clone()));
                }
            }
        }
        self.join(job.source)
    }

    /// Takes a job back that nobody began.
    pub fn take_back(&mut self, job: Job) {
        self.again.push_back(job);
    }

    /// Takes note that a job can't be done, because the worker that did it ended. Answers whether its file is done.
    pub fn lose(&mut self, job: &Job, why: &str) -> bool {
        let done = match &job.task {
            Task::Open => Done::Refused {
                format: None,
                near: None,
                reason: format!(
                    "Reading this file ended the program that did it ({why}). The other files were read. Please report what \
                     kind of file it is."
                ),
            },
            Task::Part { part, .. } => Done::Part(Box::new(PartRead::lost(&part.range, why))),
        };
        self.give(job, done)
    }

    /// Joins what is next in a log, and closes it after the last part.
    fn join(&mut self, id: SourceId) -> bool {
        let Some(file) = self.files.get_mut(id.0 as usize) else { return false };
        let State::Log(log) = &mut file.state else { return false };
        while let Some(range) = log.parts.get(log.joined_parts).cloned() {
            let Some((part, told)) = log.waiting.remove(&range.start) else { return false };
            let read = part.counts();
            match log.joined.append(log.reader, part, told.as_deref()) {
                Ok(()) => {
                    log.joined_parts += 1;
                    file.in_work.remove(&range.start);
                    file.done.0 += range.end - range.start;
                    file.done.1 += read;
                }
                Err(carry) => {
                    file.in_work.remove(&range.start);
                    let task =
                        Task::Part { format: log.format.id.to_owned(), part: Part { range, carry: Some(carry) } };
                    self.again.push_back(Job {
                        source: id,
                        path: file.source.path.clone(),
                        handle: file.source.handle,
                        members: file.source.members.clone(),
                        task,
                    });
                    return false;
                }
            }
        }
        self.close_log(id);
        true
    }

    fn close_log(&mut self, id: SourceId) {
        let Some(file) = self.files.get_mut(id.0 as usize) else { return };
        let log = match std::mem::replace(&mut file.state, State::Opening) {
            State::Log(log) => log,
            other => {
                file.state = other;
                return;
            }
        };
        let missing = log.parts.len() - log.joined_parts;
        let OpenLog { format, reader, reason, encoding, content, joined, .. } = *log;
        let read = Log { id, path: &file.source.path, bytes: &*file.source.bytes };
        let mut finished = joined.finish(&read, reader);
        if missing > 0 {
            finished.ledger.note(
                NoteKind::Skipped,
                None,
                format!("Reading was stopped after {} of {} bytes.", file.done.0, file.source.bytes.size()),
            );
        }
        let mut row = input::read(&file.source, format, reason, &finished.ledger);
        row.encoding = encoding;
        row.time_span = finished.fold.time_span(id).map(|(a, b)| (a.to_string(), b.to_string()));
        say_when_empty(&mut row);
        let closed = Closed {
            input: row,
            format: Some(format),
            is_document: false,
            rows: finished.rows,
            fold: None,
            content: Some(content),
        };
        self.logs = std::mem::take(&mut self.logs).merge(finished.fold);
        self.close(id, closed);
    }

    fn close(&mut self, id: SourceId, closed: Closed) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            file.in_work.clear();
            file.source.bytes.release();
            file.state = State::Closed(Box::new(closed));
            self.open -= 1;
        }
    }

    /// Ends reading, wherever it is; what was not read says so.
    pub(super) fn finish(mut self) -> (Vec<Read>, Fold) {
        for n in 0..self.files.len() {
            self.close_log(number(n));
        }
        let mut fold = self.logs;
        let mut all: Vec<Read> = Vec::new();
        let mut seen: BTreeMap<(u128, u64), (usize, String)> = BTreeMap::new();
        for (n, file) in self.files.into_iter().enumerate() {
            let File { source, state, .. } = file;
            let mut closed = match state {
                State::Closed(closed) => *closed,
                State::New | State::Opening | State::Log(_) => {
                    let row = input::not_read(&source, None, "Not read: reading was canceled.".to_owned());
                    Closed::without_records(row, None)
                }
            };
            let mut count = true;
            if let Some(content) = closed.content.filter(|_| closed.input.size > 0) {
                let key = (content, closed.input.size);
                let (first, known) = seen.entry(key).or_insert_with(|| (n, closed.input.path.clone()));
                if *first != n {
                    count = !closed.is_document;
                    let text = if count {
                        format!(
                            "It begins like {known} and has its size. If it is the same log, its rows count twice: leave one out."
                        )
                    } else {
                        format!("The same content as {known}; its records count once.")
                    };
                    closed.input.notes.push(InputNote { lines: None, loss: false, text });
                }
            }
            if let Some(own) = closed.fold.filter(|_| count) {
                fold = fold.merge(own);
            }
            let Closed { input, format, is_document, rows, .. } = closed;
            all.push(Read { id: number(n), source, format, is_document, rows, input });
        }
        (all, fold)
    }
}

impl OpenLog {
    fn next(&mut self) -> Option<Task> {
        if self.given - self.joined_parts >= AHEAD {
            return None;
        }
        let range = self.parts.get(self.given)?.clone();
        self.given += 1;
        Some(Task::Part { format: self.format.id.to_owned(), part: Part { range, carry: None } })
    }
}

impl File {
    fn job(&self, source: SourceId, task: Task) -> Job {
        Job {
            source,
            path: self.source.path.clone(),
            handle: self.source.handle,
            members: self.source.members.clone(),
            task,
        }
    }
}

fn document(id: SourceId, source: &Source, read: DocumentRead) -> Closed {
    let DocumentRead { format, reason, taken_for, encoding, content, fold, ledger } = read;
    let Some(format) = by_id(&format) else {
        return Closed::without_records(input::not_read(source, None, reason), None);
    };
    let mut row = input::read(source, format, reason, &ledger);
    if let Some(taken_for) = taken_for {
        row.taken_for = taken_for;
    }
    row.encoding = Some(encoding);
    row.time_span = fold.time_span(id).map(|(a, b)| (a.to_string(), b.to_string()));
    say_when_empty(&mut row);
    Closed {
        input: row,
        format: Some(format),
        is_document: true,
        rows: RowIndex::default(),
        fold: Some(fold),
        content: Some(content),
    }
}

fn say_when_empty(row: &mut Input) {
    if row.records == 0 && row.notes.is_empty() {
        row.reason = format!("Recognized as {}, but it holds no record.", row.taken_for);
    }
}

fn number(index: usize) -> SourceId {
    SourceId(u32::try_from(index).unwrap_or(u32::MAX))
}
