//! Searching the lines of a file: streaming, so that a log of any size can be searched, and cancellable.
//!
//! Lines are searched as bytes; a pattern is a literal text or a regular expression (the syntax of the `regex` crate, which
//! takes linear time whatever the pattern).
//!
//! The path of a message is traced by the same search ([`super::message_path`]): it takes the lines as they stand, with the header
//! that was in force, instead of what is shown of them.

use std::collections::VecDeque;

use regex::bytes::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::Analysis;
use crate::base::log_lines::{Line, Lines, Unit};

/// Bytes searched in one piece: some 20 milliseconds.
const PIECE: u64 = 8 << 20;

/// Bytes of headers of a log that are kept; a log has one, or a few that say the same.
const HEADERS: usize = 64 << 10;

/// What to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The text or the pattern.
    pub text: String,
    /// Whether it is a regular expression.
    pub is_regex: bool,
    /// Whether upper and lower case are told apart.
    pub case_sensitive: bool,
}

/// A line that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its number, from 1.
    pub line: u32,
    /// Its text, cut after 2,000 bytes around the match.
    pub text: String,
    /// Where the first match lies in `text`, in bytes.
    pub range: (usize, usize),
}

/// What a search found in a piece of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// More matching lines, until there are as many as asked for.
    pub first: Vec<Hit>,
    /// How many lines match so far.
    pub total: u64,
    /// Bytes searched so far.
    pub searched: u64,
    /// Whether the whole file was searched.
    pub complete: bool,
}

/// A line that matches, as it stands in its file.
pub(super) struct Found<'a> {
    /// Index of the file.
    pub source: u32,
    /// Its number, from 1.
    pub line: u32,
    /// Its bytes, without the end of the line.
    pub text: &'a [u8],
    /// Whether it is all of the line.
    pub is_whole: bool,
    /// Whether a line end closes it.
    pub is_ended: bool,
    /// Where the first match lies.
    pub range: std::ops::Range<usize>,
    /// Lines before it that begin with `#`, each with a line end.
    pub header: &'a [u8],
    /// Hits in this file before it.
    pub before: u64,
}

/// How far a piece took a search.
pub(super) struct Piece {
    /// Index of the file.
    pub source: u32,
    /// How many lines of it match so far.
    pub total: u64,
    /// Bytes of it searched so far.
    pub searched: u64,
    /// Whether it was searched to its end.
    pub complete: bool,
    /// Whether there is more of it to search.
    pub goes_on: bool,
}

/// Why nothing is searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The pattern cannot be read; what is wrong with it, for the person who typed it.
    Pattern(String),
    /// There are no lines. Binary logs have records instead.
    NoLines,
}

/// Prepares a query.
///
/// # Errors
/// When a regular expression cannot be read.
pub fn compile(query: &Query) -> Result<Regex, Refusal> {
    let pattern = if query.is_regex { query.text.clone() } else { regex::escape(&query.text) };
    let built = RegexBuilder::new(&pattern).case_insensitive(!query.case_sensitive).size_limit(4 << 20).build();
    built.map_err(|error| {
        // Before it stands the pattern with a sign below the place, which only a console shows as it is meant.
        let told = error.to_string();
        if told.contains("Unicode property not found") {
            // The tables of scripts would be a large part of the page.
            return Refusal::Pattern(
                r"names of scripts such as \p{Hebrew} are not known here, write a range: [\u{590}-\u{5FF}]".to_owned(),
            );
        }
        Refusal::Pattern(told.rsplit("error: ").next().unwrap_or(&told).trim().replace('\n', " "))
    })
}

/// A search under way, piece by piece, so that whoever runs it stays free to answer and to stop.
pub struct Search {
    pattern: Regex,
    most: usize,
    left: VecDeque<u32>,
    at: Option<At>,
}

/// How far a file is.
#[derive(Default)]
struct At {
    source: u32,
    offset: u64,
    lines: u32,
    total: u64,
    headers: Headers,
}

/// The lines of a log that begin with `#`.
#[derive(Default)]
struct Headers {
    text: Vec<u8>,
    /// Where the block of lines begins that was read last.
    block: usize,
    is_inside: bool,
}

impl Headers {
    fn line(&mut self, line: &[u8]) {
        if !line.starts_with(b"#") {
            self.is_inside = false;
            return;
        }
        if !self.is_inside {
            // A service that opens its log anew writes the same header again.
            let (before, last) = self.text.split_at(self.block.min(self.text.len()));
            if before.ends_with(last) {
                self.text.truncate(before.len());
            }
            self.block = self.text.len();
            self.is_inside = true;
        }
        if self.text.len() + line.len() > HEADERS {
            // What was said last counts.
            self.text.drain(..self.block.min(self.text.len()));
            self.block = 0;
        }
        if self.text.len() + line.len() <= HEADERS {
            self.text.extend_from_slice(line);
            self.text.push(b'\n');
        }
    }
}

/// Whether a file has lines to search.
fn has_lines(analysis: &Analysis, source: u32) -> bool {
    let read = analysis.sources.get(source as usize);
    read.is_some_and(|read| read.is_document || read.rows.lines() > 0)
}

impl Search {
    /// Begins to search a file, or all.
    ///
    /// # Errors
    /// When the pattern cannot be read, and when there is nothing to search.
    pub fn new(analysis: &Analysis, query: &Query, source: Option<u32>, most: usize) -> Result<Search, Refusal> {
        let all = 0..u32::try_from(analysis.sources.len()).unwrap_or(u32::MAX);
        let left: VecDeque<u32> = match source {
            Some(one) => std::iter::once(one).filter(|one| has_lines(analysis, *one)).collect(),
            None => all.filter(|one| has_lines(analysis, *one)).collect(),
        };
        if left.is_empty() {
            return Err(Refusal::NoLines);
        }
        Ok(Search { pattern: compile(query)?, most, left, at: None })
    }

    /// Begins to search some files for a text as it stands, in any case. What has no lines is passed over.
    pub(super) fn for_text(analysis: &Analysis, text: &str, sources: impl Iterator<Item = u32>) -> Option<Search> {
        let query = Query { text: text.to_owned(), is_regex: false, case_sensitive: false };
        let left = sources.filter(|one| has_lines(analysis, *one)).collect();
        Some(Search { pattern: compile(&query).ok()?, most: 0, left, at: None })
    }

    /// Files that are still to be searched.
    pub fn left(&self) -> impl Iterator<Item = u32> + '_ {
        self.left.iter().copied()
    }

    /// Searches the next piece: the file, and what was found since the last piece of it. `None` at the end.
    pub fn step(&mut self, analysis: &Analysis) -> Option<(u32, Hits)> {
        let (mut first, most) = (Vec::new(), self.most as u64);
        let piece = self.advance(analysis, &mut |found| {
            if found.before < most {
                first.push(hit(found.line, found.text, found.range.clone()));
            }
        })?;
        let Piece { source, total, searched, complete, .. } = piece;
        Some((source, Hits { first, total, searched, complete }))
    }

    /// Searches the next piece, and hands on the lines that match.
    pub(super) fn advance(&mut self, analysis: &Analysis, take: &mut dyn FnMut(&Found<'_>)) -> Option<Piece> {
        let mut at = match self.at.take() {
            Some(at) => at,
            None => At { source: self.left.pop_front()?, ..At::default() },
        };
        let read = analysis.sources.get(at.source as usize)?;
        let mut look = |at: &mut At, line: &Line<'_>| {
            at.lines = at.lines.saturating_add(1);
            at.headers.line(line.text);
            let Some(range) = self.pattern.find(line.text).map(|found| found.range()) else { return };
            take(&Found {
                source: at.source,
                line: at.lines,
                text: line.text,
                is_whole: !line.cut,
                is_ended: line.ended,
                range,
                header: &at.headers.text,
                before: at.total,
            });
            at.total += 1;
        };
        let size = read.source.bytes.size();
        let complete;
        if read.is_document {
            let text = analysis.shelf.text(read);
            if let Some(text) = &text {
                for (_, line) in text.lines() {
                    look(&mut at, &Line { offset: 0, size: 0, text: line.as_bytes(), cut: false, ended: true });
                }
            }
            complete = text.is_some();
            at.offset = if complete { size } else { 0 };
        } else {
            let bytes = &*read.source.bytes;
            let unit = Unit::of(&bytes.read_range(0, 4).unwrap_or_default());
            let piece = at.offset..size.min(at.offset + PIECE);
            let mut long = false;
            let done = Lines::new(bytes, unit, piece.clone()).each(
                |line| {
                    // Of a line that is too long the beginning is searched.
                    if !long {
                        look(&mut at, line);
                    }
                    long = line.cut && !line.ended;
                },
                |_| true,
            );
            at.offset = piece.end;
            complete = done.is_ok() && at.offset == size;
            if done.is_err() {
                at.offset = size;
            }
        }
        let (source, total, searched) = (at.source, at.total, at.offset);
        let goes_on = !read.is_document && searched < size;
        if goes_on {
            self.at = Some(at);
        }
        Some(Piece { source, total, searched, complete, goes_on })
    }
}

fn hit(line: u32, bytes: &[u8], found: std::ops::Range<usize>) -> Hit {
    const AROUND: usize = 1000;
    let start = found.start.saturating_sub(AROUND);
    let end = bytes.len().min(found.end.min(found.start + AROUND) + AROUND);
    let lossy = |from: usize, to: usize| String::from_utf8_lossy(bytes.get(from..to).unwrap_or_default()).into_owned();
    let (before, matched) = (lossy(start, found.start), lossy(found.start, found.end.min(end)));
    let range = (before.len(), before.len() + matched.len());
    let after = lossy(found.end.min(end), end);
    Hit { line, text: before + &matched + &after, range }
}
