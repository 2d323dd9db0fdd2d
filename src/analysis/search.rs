//! Searching the lines of a file: streaming, so that a log of any size can be searched, and cancellable.
//!
//! Lines are searched as bytes; a pattern is a literal text or a regular expression (the syntax of the `regex` crate, which
//! takes linear time whatever the pattern).

use std::ops::ControlFlow;

use regex::bytes::{Regex, RegexBuilder};

use super::reading::Read;
use crate::base::log_lines::{Lines, Unit};

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

/// What a search of one file gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The first matching lines, at most as many as asked for.
    pub first: Vec<Hit>,
    /// How many lines match in all.
    pub total: u64,
    /// Whether the whole file was searched.
    pub complete: bool,
}

/// Prepares a query.
///
/// # Errors
/// When a regular expression cannot be read; what is wrong with it, for the person who typed it.
pub fn compile(query: &Query) -> Result<Regex, String> {
    let pattern = if query.is_regex { query.text.clone() } else { regex::escape(&query.text) };
    let built = RegexBuilder::new(&pattern).case_insensitive(!query.case_sensitive).size_limit(4 << 20).build();
    built.map_err(|error| format!("The pattern cannot be used: {}", error.to_string().replace('\n', " ")))
}

/// Searches one file. `progress` is told the bytes searched; when it answers `Break`, the hits so far are given.
pub(super) fn search(
    read: &Read,
    pattern: &Regex,
    most: usize,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Hits {
    let mut hits = Hits::default();
    let mut number = 0;
    let mut take = |hits: &mut Hits, line: &[u8]| {
        number += 1;
        let Some(found) = pattern.find(line) else { return };
        hits.total += 1;
        if hits.first.len() < most {
            hits.first.push(hit(number, line, found.range()));
        }
    };
    if let Some(text) = &read.text {
        for (n, line) in text.lines() {
            take(&mut hits, line.as_bytes());
            if n.is_multiple_of(4096) && progress(u64::from(n)).is_break() {
                return hits;
            }
        }
        hits.complete = true;
        return hits;
    }
    if read.rows.lines() == 0 {
        return hits;
    }
    let bytes = &*read.source.bytes;
    let unit = Unit::of(&bytes.read_range(0, 4).unwrap_or_default());
    let (mut long, mut stopped) = (false, false);
    let done = Lines::new(bytes, unit, 0..bytes.size()).each(
        |line| {
            // Of a line that is too long the beginning is searched.
            if !long {
                take(&mut hits, line.text);
            }
            long = line.cut && !line.ended;
        },
        |offset| {
            stopped = progress(offset).is_break();
            !stopped
        },
    );
    hits.complete = done.is_ok() && !stopped;
    hits
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
