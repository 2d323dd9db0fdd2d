//! What the page knows of a search: what is asked, how far the worker is, and the lines that it found. Pure.
//!
//! However many lines match, what is kept is bounded: some lines of some files, each cut around its match. All are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::ui::language::SearchWords;
use crate::worker::protocol::Refusal;

/// Identifier of the field in the page.
pub const FIELD: &str = "search-field";
/// Lines of a file that the worker is asked for.
pub const MOST_HITS: u32 = 100;
/// Lines of a file that are shown before somebody asks for the others.
pub const FEW: usize = 10;
/// Files whose lines are kept; of the others they are counted.
const MOST_FILES: usize = 50;

/// Characters kept of a line: before its match, of the match, and after it.
const BEFORE: usize = 60;
const MATCHED: usize = 160;
const AFTER: usize = 160;

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    pub is_regex: bool,
    pub case_sensitive: bool,
}

/// How far a search is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    #[default]
    Idle,
    Running,
    Done,
    /// The reader stopped it.
    Stopped,
    Refused(Refusal),
}

/// A line that matches, cut around its match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: u32,
    pub text: String,
    /// Where the match lies in `text`, in bytes.
    pub mark: (usize, usize),
    /// Whether something is cut off before and after.
    pub cut: (bool, bool),
}

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileHits {
    /// Lines that match.
    pub total: u64,
    /// The first of them.
    pub lines: Rc<Vec<Line>>,
    /// Whether all of those are shown.
    pub is_open: bool,
}

/// What the worker says about a file.
#[derive(Clone, Debug)]
pub struct Found {
    pub token: u32,
    pub source: u32,
    /// Number, text, and where the match lies in it.
    pub first: Vec<(u32, String, (usize, usize))>,
    pub total: u64,
    pub complete: bool,
}

/// A search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchState {
    /// What stands in the field and beside it.
    pub question: Question,
    /// What the worker was asked last.
    pub asked: Option<Question>,
    token: u32,
    pub stage: Stage,
    /// Files that have lines.
    sources: BTreeSet<u32>,
    /// Those that were searched to their end.
    complete: BTreeSet<u32>,
    pub files: BTreeMap<u32, FileHits>,
    /// Lines in files whose lines are not kept.
    beyond: BTreeMap<u32, u64>,
}

/// What happens to it.
#[derive(Clone, Debug)]
pub enum SearchChange {
    Type(String),
    Regex(bool),
    Case(bool),
    /// Another view wants this text found, as it stands.
    For(String),
    /// The worker was asked, and answers with this number; `None` when there is nothing to ask.
    Asked(Option<u32>, Question),
    Begun(u32, Result<Vec<u32>, Refusal>),
    Found(Vec<Found>),
    Done(u32),
    Stop,
    /// All kept lines of a file are shown.
    Open(u32),
}

impl SearchState {
    /// Changes it; true when there is something to be said.
    pub fn change(&mut self, change: SearchChange) -> bool {
        match change {
            SearchChange::Type(text) => self.question.text = text,
            SearchChange::Regex(on) => self.question.is_regex = on,
            SearchChange::Case(on) => self.question.case_sensitive = on,
            SearchChange::For(text) => self.question = Question { text, ..Question::default() },
            SearchChange::Asked(token, asked) => {
                let question = std::mem::take(&mut self.question);
                let stage = if token.is_some() { Stage::Running } else { Stage::Idle };
                let token = token.unwrap_or_default();
                *self = SearchState { question, asked: Some(asked), token, stage, ..Self::default() };
            }
            SearchChange::Begun(token, begun) if self.is_of(token) => match begun {
                Ok(sources) => self.sources = sources.into_iter().collect(),
                Err(refusal) => {
                    self.stage = Stage::Refused(refusal);
                    return true;
                }
            },
            SearchChange::Found(all) => all.into_iter().for_each(|found| self.take(found)),
            SearchChange::Done(token) if self.is_of(token) => {
                self.stage = Stage::Done;
                return true;
            }
            SearchChange::Stop => {
                if self.stage == Stage::Running {
                    self.stage = Stage::Stopped;
                    return true;
                }
            }
            SearchChange::Open(source) => {
                if let Some(file) = self.files.get_mut(&source) {
                    file.is_open = true;
                }
            }
            // Of an older search.
            SearchChange::Begun(..) | SearchChange::Done(_) => {}
        }
        false
    }

    fn is_of(&self, token: u32) -> bool {
        token == self.token && self.stage == Stage::Running
    }

    fn take(&mut self, found: Found) {
        if !self.is_of(found.token) {
            return;
        }
        if found.complete {
            self.complete.insert(found.source);
        }
        if found.total == 0 {
            return;
        }
        if self.files.len() >= MOST_FILES && !self.files.contains_key(&found.source) {
            self.beyond.insert(found.source, found.total);
            return;
        }
        let file = self.files.entry(found.source).or_default();
        file.total = found.total;
        if !found.first.is_empty() {
            let more = found.first.into_iter().map(|(number, text, range)| Line::around(number, &text, range));
            Rc::make_mut(&mut file.lines).extend(more);
        }
    }

    /// The question to put to the worker, when it is another one than the last.
    pub fn wanted(&self) -> Option<Question> {
        let is_new = match &self.asked {
            Some(asked) => *asked != self.question,
            None => !self.question.text.is_empty(),
        };
        is_new.then(|| self.question.clone())
    }

    /// Whether the worker searches.
    pub fn is_running(&self) -> bool {
        self.stage == Stage::Running
    }

    /// Files searched to their end, and all that have lines.
    pub fn progress(&self) -> (u64, u64) {
        (self.complete.len() as u64, self.sources.len() as u64)
    }

    /// Files that were not searched to their end.
    pub fn broken(&self) -> impl Iterator<Item = u32> + '_ {
        self.sources.difference(&self.complete).copied()
    }

    /// Whether a file has lines to search.
    pub fn has_lines(&self, source: u32) -> bool {
        self.sources.contains(&source)
    }

    /// Lines that match, and the files they are in.
    pub fn totals(&self) -> (u64, u64) {
        let lines = self.files.values().map(|file| file.total).chain(self.beyond.values().copied()).sum();
        (lines, (self.files.len() + self.beyond.len()) as u64)
    }

    /// Files whose lines are not shown, and the lines in them.
    pub fn beyond(&self) -> (u64, u64) {
        (self.beyond.len() as u64, self.beyond.values().sum())
    }

    /// What it comes to, in a sentence.
    pub fn said(&self, words: &SearchWords) -> String {
        let (lines, files) = self.totals();
        match &self.stage {
            Stage::Idle => String::new(),
            Stage::Running => (words.progress)(self.progress().0, self.progress().1),
            Stage::Refused(Refusal::Pattern(_)) => words.wrong_pattern.to_owned(),
            Stage::Refused(Refusal::NoLines) => words.no_lines.to_owned(),
            Stage::Stopped => (words.stopped)(lines, self.progress().0, self.progress().1),
            Stage::Done if lines == 0 => (words.nothing)(self.progress().0),
            Stage::Done => (words.found)(lines, files),
        }
    }
}

impl Line {
    /// A line, cut around its match.
    fn around(number: u32, text: &str, range: (usize, usize)) -> Line {
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let (before, matched, after) = (part(0, range.0), part(range.0, range.1), part(range.1, text.len()));
        let last = before.char_indices().rev().nth(BEFORE - 1).map_or(before, |(at, _)| part(at, range.0));
        let kept = first(matched, MATCHED);
        // Behind a match that is cut stands nothing of the line.
        let next = if kept.len() < matched.len() { "" } else { first(after, AFTER) };
        Line {
            number,
            text: [last, kept, next].concat(),
            mark: (last.len(), last.len() + kept.len()),
            cut: (last.len() < before.len(), kept.len() + next.len() < matched.len() + after.len()),
        }
    }

    /// What matches.
    pub fn matched(&self) -> &str {
        self.text.get(self.mark.0..self.mark.1).unwrap_or_default()
    }
}

/// The first characters of a text.
fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::language::Language;

    fn question(text: &str) -> Question {
        Question { text: text.to_owned(), ..Question::default() }
    }

    fn found(token: u32, source: u32, lines: &[u32], total: u64, complete: bool) -> SearchChange {
        let first = lines.iter().map(|line| (*line, "451 4.7.0 refused".to_owned(), (0, 3))).collect();
        SearchChange::Found(vec![Found { token, source, first, total, complete }])
    }

    fn asked(token: u32, sources: &[u32]) -> SearchState {
        let mut state = SearchState::default();
        state.change(SearchChange::Type("451".to_owned()));
        state.change(SearchChange::Asked(Some(token), question("451")));
        state.change(SearchChange::Begun(token, Ok(sources.to_vec())));
        state
    }

    #[test]
    fn pieces_of_a_file_are_one_list_and_all_lines_are_counted() {
        let mut state = asked(1, &[0, 2]);
        assert_eq!((state.wanted(), state.progress()), (None, (0, 2)));
        state.change(found(1, 0, &[4], 1, false));
        state.change(found(1, 0, &[9], 300, true));
        state.change(found(1, 2, &[], 0, true));
        let numbers: Vec<u32> = state.files[&0].lines.iter().map(|line| line.number).collect();
        assert_eq!((numbers, state.totals(), state.progress()), (vec![4, 9], (300, 1), (2, 2)));
        assert!(state.change(SearchChange::Done(1)) && state.stage == Stage::Done);
        assert_eq!(state.said(Language::English.words().search), "300 lines in 1 file");
        assert_eq!(state.said(Language::German.words().search), "300 Zeilen in 1 Datei");
    }

    #[test]
    fn what_an_older_search_says_is_not_shown() {
        let mut state = asked(1, &[0]);
        state.change(SearchChange::Asked(Some(2), question("550")));
        state.change(SearchChange::Begun(1, Err(Refusal::NoLines)));
        state.change(found(1, 0, &[4], 1, true));
        assert!(!state.change(SearchChange::Done(1)));
        assert!(state.is_running() && state.files.is_empty());
        // Nor what comes after somebody stopped it.
        assert!(state.change(SearchChange::Stop));
        state.change(found(2, 0, &[4], 1, true));
        assert!(!state.change(SearchChange::Done(2)) && state.stage == Stage::Stopped && state.totals() == (0, 0));
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_said() {
        let mut state = asked(1, &[]);
        let refusal = Refusal::Pattern("unclosed group".to_owned());
        assert!(state.change(SearchChange::Begun(1, Err(refusal.clone()))));
        assert_eq!(state.stage, Stage::Refused(refusal));
        state.change(SearchChange::Type("(a)".to_owned()));
        assert_eq!(state.wanted(), Some(question("(a)")));
    }

    #[test]
    fn of_more_files_than_anybody_reads_the_lines_are_counted() {
        let mut state = asked(1, &(0..60).collect::<Vec<u32>>());
        for source in 0..60 {
            state.change(found(1, source, &[1], 2, true));
        }
        assert_eq!((state.files.len(), state.beyond(), state.totals()), (MOST_FILES, (10, 20), (120, 60)));
        assert_eq!(state.broken().count(), 0);
    }

    #[test]
    fn long_lines_are_cut_around_the_match_between_characters() {
        let line = |text: &str, range| Line::around(1, text, range);
        let short = line("a 451 b", (2, 5));
        assert_eq!((short.text.as_str(), short.mark, short.cut), ("a 451 b", (2, 5), (false, false)));
        let (before, after) = ("ä".repeat(500), "م".repeat(500));
        let long = line(&format!("{before}451{after}"), (1000, 1003));
        assert_eq!((long.matched(), long.cut), ("451", (true, true)));
        assert_eq!(long.text.chars().count(), BEFORE + 3 + AFTER);
        let whole = line(&before, (0, 1000));
        assert_eq!((whole.text.chars().count(), whole.cut, whole.mark.0), (MATCHED, (false, true), 0));
        // Places that are none give nothing, and no panic.
        assert_eq!(line("ä", (1, 9)).matched(), "");
    }

    #[test]
    fn another_view_asks_for_a_text_as_it_stands() {
        let mut state = SearchState::default();
        state.change(SearchChange::Regex(true));
        state.change(SearchChange::For("1@contoso.com".to_owned()));
        assert_eq!(state.wanted(), Some(question("1@contoso.com")));
    }
}
