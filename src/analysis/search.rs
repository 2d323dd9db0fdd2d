//! Searching the lines of a file: streaming, so that a log of any size can be searched, and cancellable.
//!
//! Lines are searched as bytes; a pattern is a literal text or a regular expression (the syntax of the `regex` crate, which
//! takes linear time whatever the pattern).

use std::collections::VecDeque;

use regex::bytes::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::Analysis;
use crate::base::log_lines::{Lines, Unit};

/// Bytes searched in one piece: some 20 milliseconds.
const PIECE: u64 = 8 << 20;

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
struct At {
    source: u32,
    offset: u64,
    lines: u32,
    kept: usize,
    total: u64,
}

impl Search {
    /// Begins to search a file, or all.
    ///
    /// # Errors
    /// When the pattern cannot be read, and when there is nothing to search.
    pub fn new(analysis: &Analysis, query: &Query, source: Option<u32>, most: usize) -> Result<Search, Refusal> {
        let all = 0..u32::try_from(analysis.sources.len()).unwrap_or(u32::MAX);
        let searchable = |n: &u32| {
            let read = analysis.sources.get(*n as usize);
            read.is_some_and(|read| read.is_document || read.rows.lines() > 0)
        };
        let left: VecDeque<u32> = match source {
            Some(one) => std::iter::once(one).filter(searchable).collect(),
            None => all.filter(searchable).collect(),
        };
        if left.is_empty() {
            return Err(Refusal::NoLines);
        }
        Ok(Search { pattern: compile(query)?, most, left, at: None })
    }

    /// Files that are still to be searched.
    pub fn left(&self) -> impl Iterator<Item = u32> + '_ {
        self.left.iter().copied()
    }

    /// Searches the next piece: the file, and what was found since the last piece of it. `None` at the end.
    pub fn step(&mut self, analysis: &Analysis) -> Option<(u32, Hits)> {
        let mut at = match self.at.take() {
            Some(at) => at,
            None => At { source: self.left.pop_front()?, offset: 0, lines: 0, kept: 0, total: 0 },
        };
        let read = analysis.sources.get(at.source as usize)?;
        let mut hits = Hits::default();
        let mut take = |at: &mut At, line: &[u8]| {
            at.lines = at.lines.saturating_add(1);
            let Some(found) = self.pattern.find(line) else { return };
            at.total += 1;
            if at.kept < self.most {
                at.kept += 1;
                hits.first.push(hit(at.lines, line, found.range()));
            }
        };
        let size = read.source.bytes.size();
        if read.is_document {
            if let Some(text) = analysis.shelf.text(read) {
                text.lines().for_each(|(_, line)| take(&mut at, line.as_bytes()));
                at.offset = size;
            }
            hits.complete = at.offset == size;
        } else {
            let bytes = &*read.source.bytes;
            let unit = Unit::of(&bytes.read_range(0, 4).unwrap_or_default());
            let piece = at.offset..size.min(at.offset + PIECE);
            let mut long = false;
            let done = Lines::new(bytes, unit, piece.clone()).each(
                |line| {
                    // Of a line that is too long the beginning is searched.
                    if !long {
                        take(&mut at, line.text);
                    }
                    long = line.cut && !line.ended;
                },
                |_| true,
            );
            at.offset = piece.end;
            hits.complete = done.is_ok() && at.offset == size;
            if done.is_err() {
                at.offset = size;
            }
        }
        (hits.total, hits.searched) = (at.total, at.offset);
        let source = at.source;
        if at.offset < size && !read.is_document {
            self.at = Some(at);
        }
        Some((source, hits))
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
