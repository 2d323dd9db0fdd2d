//! Text for readers, as pure functions: sizes, clipped paths, sentences with citations, marks. Words are in `language`.
//!
//! Nothing here asks the browser for a locale: the same report reads the same everywhere. Byte ranges
//! that come out of a report are never trusted; a range that does not fit is left out, not cut.

use super::language::words;
use crate::report::{Evidence, in_unit, unit_of};

/// `41 KB`, `1.1 MB`, `716 MB`.
pub fn size(bytes: u64) -> String {
    let unit = unit_of(bytes);
    if unit.1 == 1 {
        return (words().shared.bytes)(bytes);
    }
    format!("{} {}", in_unit(bytes, unit), unit.0)
}

/// `34.2 of 48.1 MB`.
pub fn size_of(done: u64, all: u64) -> String {
    let unit = unit_of(all);
    (words().shared.size_of)(&in_unit(done.min(all), unit), &in_unit(all, unit), unit.0)
}

/// A number of seconds to tell somebody, or, when the second is true, of minutes; whole steps, so that it does not flicker.
pub fn seconds_or_minutes(seconds: f64) -> (f64, bool) {
    if seconds < 90.0 {
        let whole = seconds.ceil().max(1.0);
        let step = if whole > 20.0 { 5.0 } else { 1.0 };
        ((whole / step).ceil() * step, false)
    } else {
        ((seconds / 60.0).round(), true)
    }
}

/// The path with its middle left out, at most `most` characters; the file name survives longest.
pub fn clip_middle(path: &str, most: usize) -> String {
    let chars: Vec<char> = path.chars().collect();
    if chars.len() <= most || most < 8 {
        return path.to_owned();
    }
    let tail = (most - 1) * 3 / 5;
    let head = most - 1 - tail;
    let start: String = chars.iter().take(head).collect();
    let end: String = chars.iter().skip(chars.len() - tail).collect();
    format!("{start}…{end}")
}

/// Last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A path that is not taken: `queues.txt`, then `queues (2).txt`. Two servers may export under one name.
pub fn free_path(path: &str, taken: impl Fn(&str) -> bool) -> String {
    let name = file_name(path);
    let stem = name.rfind('.').filter(|dot| *dot > 0).unwrap_or(name.len());
    let split = path.len() - name.len() + stem;
    let (stem, extension) = path.split_at_checked(split).unwrap_or((path, ""));
    let mut free = path.to_owned();
    let mut number = 1;
    while taken(&free) {
        number += 1;
        free = format!("{stem} ({number}){extension}");
    }
    free
}

/// What a set of dropped files is called: their common folder or the one file; nothing when only their number says anything.
pub fn case_name<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let paths: Vec<&str> = paths.into_iter().collect();
    let top = |path: &'a str| path.split_once(['/', '\\']).map(|(folder, _)| folder);
    match paths.as_slice() {
        [] => String::new(),
        [one] => file_name(one).to_owned(),
        [first, rest @ ..] => match top(first) {
            Some(folder) if rest.iter().all(|path| top(path) == Some(folder)) => folder.to_owned(),
            _ => String::new(),
        },
    }
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain words.
    Words(String),
    /// The name of something in the evidence, or text between backticks.
    Name(String),
    /// A citation, with the number that stands in the sentence.
    Cite(u32),
}

/// Splits a sentence at its citations, at `` `code` `` and at the names it mentions.
pub fn pieces(sentence: &str, names: &[String]) -> Vec<Piece> {
    split(sentence, names, |next, rest| match next {
        '[' => citation(rest),
        '`' => quoted(rest),
        _ => None,
    })
}

/// Splits a sentence of the page at the names in it.
pub fn names_in(sentence: &str, names: &[String]) -> Vec<Piece> {
    split(sentence, names, |_, _| None)
}

/// Splits a sentence at names and at what begins with a sign of its own.
fn split(sentence: &str, names: &[String], at_sign: fn(char, &str) -> Option<(Piece, usize)>) -> Vec<Piece> {
    let mut by_length: Vec<&str> = names.iter().map(String::as_str).filter(|name| name.len() > 1).collect();
    by_length.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut result = Vec::new();
    let mut words = String::new();
    let mut rest = sentence;
    let mut before: Option<char> = None;
    while let Some(next) = rest.chars().next() {
        let at_name = || if before.is_none_or(|c| !c.is_alphanumeric()) { name_at(rest, &by_length) } else { None };
        let found = at_sign(next, rest).or_else(at_name);
        let length = match found {
            Some((piece, length)) => {
                if matches!(piece, Piece::Cite(_)) {
                    // No space before the number: it belongs to the word it follows.
                    words.truncate(words.trim_end().len());
                }
                push_words(&mut result, &mut words);
                result.push(piece);
                length
            }
            None => {
                words.push(next);
                next.len_utf8()
            }
        };
        let (taken, left) = rest.split_at(length);
        before = taken.chars().next_back();
        rest = left;
    }
    push_words(&mut result, &mut words);
    result
}

fn push_words(result: &mut Vec<Piece>, words: &mut String) {
    if !words.is_empty() {
        result.push(Piece::Words(std::mem::take(words)));
    }
}

fn citation(text: &str) -> Option<(Piece, usize)> {
    let inside = text.strip_prefix('[')?;
    let (digits, _) = inside.split_once(']')?;
    if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((Piece::Cite(digits.parse().ok()?), digits.len() + 2))
}

fn quoted(text: &str) -> Option<(Piece, usize)> {
    let (inside, _) = text.strip_prefix('`')?.split_once('`')?;
    (!inside.is_empty()).then(|| (Piece::Name(inside.to_owned()), inside.len() + 2))
}

fn name_at(text: &str, names: &[&str]) -> Option<(Piece, usize)> {
    names.iter().find_map(|name| {
        let after = text.strip_prefix(name)?;
        // `EX16` is not in `EX16-01`, and `contoso` not in `contoso.com`; a full stop at the end is.
        let mut following = after.chars();
        let open = match following.next() {
            None => false,
            Some('.' | '-') => following.next().is_some_and(char::is_alphanumeric),
            Some(c) => c.is_alphanumeric() || c == '\\' || c == '_',
        };
        (!open).then(|| (Piece::Name((*name).to_owned()), name.len()))
    })
}

/// Groups the pieces so that citations stay on the line of the word before them.
pub fn runs(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut runs: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let cites = |run: &Vec<Piece>| matches!(run.last(), Some(Piece::Cite(_)));
        match (piece, runs.last_mut()) {
            (Piece::Cite(number), Some(last)) if cites(last) => last.push(Piece::Cite(number)),
            (Piece::Cite(number), Some(last)) => {
                let before = last.pop();
                let mut run = Vec::new();
                match before {
                    Some(Piece::Words(words)) => {
                        let at = words.rfind(' ').map_or(0, |space| space + 1);
                        let (start, word) = words.split_at_checked(at).unwrap_or(("", &words));
                        last.extend((!start.is_empty()).then(|| Piece::Words(start.to_owned())));
                        run.extend((!word.is_empty()).then(|| Piece::Words(word.to_owned())));
                    }
                    other => run.extend(other),
                }
                run.push(Piece::Cite(number));
                runs.push(run);
            }
            (Piece::Words(words), Some(last)) if cites(last) && words.starts_with(['.', ',', ';', ':']) => {
                let (stop, rest) = words.split_at_checked(1).unwrap_or((&words, ""));
                last.push(Piece::Words(stop.to_owned()));
                runs.extend((!rest.is_empty()).then(|| vec![Piece::Words(rest.to_owned())]));
            }
            (piece, _) => runs.push(vec![piece]),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Parts of a text, with or without a mark.
pub fn marked<'a>(text: &'a str, marks: &[(usize, usize)]) -> Vec<(bool, &'a str)> {
    let mut sorted = marks.to_vec();
    sorted.sort_unstable();
    let mut parts = Vec::new();
    let mut at = 0;
    for (start, end) in sorted {
        let (Some(plain), Some(mark)) = (text.get(at..start.max(at)), text.get(start.max(at)..end)) else { continue };
        if mark.is_empty() {
            continue;
        }
        if !plain.is_empty() {
            parts.push((false, plain));
        }
        parts.push((true, mark));
        at = end;
    }
    if let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        parts.push((false, rest));
    }
    parts
}

/// Parts of a summary; the amounts and times among them, `312 of 334` or `07:52`, are true. A year is
/// neither: it is the version of a product.
pub fn amounts(text: &str) -> Vec<(bool, &str)> {
    let is_amount = |word: &str| {
        let year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | ':'))
            && !year
    };
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end().trim_end_matches(['.', ',', ';', ':', ')']);
        if is_amount(bare) {
            match spans.last_mut() {
                Some((_, end)) if text.get(*end..at) == Some(" of ") => *end = at + bare.len(),
                _ => spans.push((at, at + bare.len())),
            }
        }
        at += word.len();
    }
    marked(text, &spans)
}

/// Where `texts` stand in a line, without overlaps.
pub fn occurrences(line: &str, texts: &[String]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = texts
        .iter()
        .filter(|text| !text.trim().is_empty())
        .flat_map(|text| line.match_indices(text.as_str()).map(|(start, hit)| (start, start + hit.len())))
        .collect();
    found.sort_unstable_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)));
    let mut result: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        if result.last().is_none_or(|(_, last)| start >= *last) {
            result.push((start, end));
        }
    }
    result
}

/// A text and the byte ranges that are marked in it.
pub type Marked = (String, Vec<(usize, usize)>);

/// The excerpt without the padding of lists: of the spaces before `: ` stay as many as keep the lines
/// aligned, and continued lines hang by two. The raw lines in the drawer show all of it.
pub fn without_padding(excerpt: &str, marks: &[(usize, usize)]) -> Marked {
    let padding = |line: &str| -> Option<(usize, usize)> {
        let (label, _) = line.split_once(": ")?;
        let end = label.trim_end().len();
        (end > 0 && !line.starts_with(' ')).then_some((end, label.len()))
    };
    let excess =
        excerpt.lines().filter_map(padding).map(|(end, colon)| (colon - end).saturating_sub(1)).min().unwrap_or(0);
    // Byte ranges that are left out, in order.
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for line in excerpt.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        match padding(line) {
            Some((_, colon)) if excess > 0 => cuts.push((at + colon - excess, at + colon)),
            None if indent > 2 && at > 0 => cuts.push((at, at + indent - 2)),
            _ => {}
        }
        at += line.len();
    }
    let moved = |place: usize| place - cuts.iter().map(|(start, end)| place.clamp(*start, *end) - start).sum::<usize>();
    let mut text = String::with_capacity(excerpt.len());
    let mut from = 0;
    for (start, end) in &cuts {
        text.push_str(excerpt.get(from..*start).unwrap_or_default());
        from = *end;
    }
    text.push_str(excerpt.get(from..).unwrap_or_default());
    let marks = marks
        .iter()
        .filter(|(_, end)| *end <= excerpt.len())
        .map(|(start, end)| (moved(*start), moved(*end)))
        .collect();
    (text, marks)
}

/// At most three lines of an excerpt, around its first mark; `...` stands for what is left out.
pub fn three_lines(excerpt: &str, marks: &[(usize, usize)]) -> Marked {
    const MOST: usize = 3;
    let text = excerpt.trim_end();
    if text.lines().count() <= MOST {
        return (text.to_owned(), marks.to_vec());
    }
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let first_mark = marks.iter().map(|mark| mark.0).min().unwrap_or(0);
    let line = starts.iter().filter(|start| **start <= first_mark).count().saturating_sub(1);
    let from_line = line.min(starts.len() - MOST);
    let from = starts.get(from_line).copied().unwrap_or(0);
    let to = starts.get(from_line + MOST).map_or(text.len(), |next| next - 1);
    let lead = if from_line > 0 { "... " } else { "" };
    let tail = if to < text.len() { " ..." } else { "" };
    let shown = text.get(from..to).unwrap_or(text);
    let moved = marks
        .iter()
        .filter(|(start, end)| *start >= from && *end <= to)
        .map(|(start, end)| (start - from + lead.len(), end - from + lead.len()))
        .collect();
    (format!("{lead}{shown}{tail}"), moved)
}

/// `receive-connectors.txt:118`, `Application.evtx, record 345`.
pub fn location(evidence: &Evidence) -> String {
    let name = file_name(&evidence.input);
    match evidence.lines {
        Some((first, last)) if first == last => format!("{name}:{first}"),
        Some((first, last)) => format!("{name}:{first}-{last}"),
        None if evidence.locator.is_empty() || evidence.locator == "whole file" => name.to_owned(),
        None => format!("{name}, {}", evidence.locator),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::language::grouped;

    fn words(text: &str) -> Piece {
        Piece::Words(text.to_owned())
    }

    fn name(text: &str) -> Piece {
        Piece::Name(text.to_owned())
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_204), "1,204");
        assert_eq!(grouped(1_587_369), "1,587,369");
    }

    #[test]
    fn sizes_have_a_decimal_only_where_it_tells_something() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(41 << 10), "41 KB");
        assert_eq!(size((11 << 20) / 10), "1.1 MB");
        assert_eq!(size(716 << 20), "716 MB");
        assert_eq!(size_of(342 << 20, 481 << 20), "342 of 481 MB");
        assert_eq!(size_of(9, 3), "3 of 3 bytes");
    }

    #[test]
    fn time_left_moves_in_steps() {
        assert_eq!(seconds_or_minutes(0.1), (1.0, false));
        assert_eq!(seconds_or_minutes(21.0), (25.0, false));
        assert_eq!(seconds_or_minutes(180.0), (3.0, true));
    }

    #[test]
    fn a_clipped_path_keeps_its_end() {
        assert_eq!(clip_middle("short.txt", 20), "short.txt");
        let clipped = clip_middle("EX16-01/HRoutingConfig#3@03_12_2019 05_00_11.xml", 24);
        assert_eq!(clipped.chars().count(), 24);
        assert!(clipped.ends_with("05_00_11.xml"), "{clipped}");
    }

    #[test]
    fn files_of_one_name_are_told_apart() {
        let taken = ["a/x.txt", "a/x (2).txt", "y"];
        let free = |path| free_path(path, |path| taken.contains(&path));
        assert_eq!(free("a/x.txt"), "a/x (3).txt");
        assert_eq!(free("y"), "y (2)");
        assert_eq!(free("b/x.txt"), "b/x.txt");
    }

    #[test]
    fn a_case_is_named_after_its_folder() {
        assert_eq!(case_name(["contoso/a.txt", "contoso/b/c.txt"]), "contoso");
        assert_eq!(case_name(["a.txt", "contoso/b.txt"]), "");
        assert_eq!(case_name(["x/a.txt"]), "a.txt");
    }

    #[test]
    fn sentences_split_at_citations_and_names() {
        let names = ["EX16".to_owned(), "EX16-01".to_owned(), "Relay".to_owned()];
        assert_eq!(
            pieces("Relay on EX16-01 answers [1] [2], not EX16.", &names),
            [
                name("Relay"),
                words(" on "),
                name("EX16-01"),
                words(" answers"),
                Piece::Cite(1),
                Piece::Cite(2),
                words(", not "),
                name("EX16"),
                words("."),
            ]
        );
        assert_eq!(
            pieces("Relays [a] are `plain` Ünïcode", &names),
            [words("Relays [a] are "), name("plain"), words(" Ünïcode")]
        );
    }

    #[test]
    fn citations_stay_with_the_word_before() {
        assert_eq!(
            runs(pieces("Two servers [1] [2], so it stays [3].", &[])),
            [
                vec![words("Two ")],
                vec![words("servers"), Piece::Cite(1), Piece::Cite(2), words(",")],
                vec![words(" so it ")],
                vec![words("stays"), Piece::Cite(3), words(".")],
            ]
        );
        assert_eq!(runs(pieces("[1]", &[])), [vec![Piece::Cite(1)]]);
    }

    #[test]
    fn marks_that_do_not_fit_are_left_out() {
        assert_eq!(marked("aäb", &[(1, 3)]), [(false, "a"), (true, "ä"), (false, "b")]);
        assert_eq!(marked("aäb", &[(1, 2), (9, 12)]), [(false, "aäb")]);
        assert_eq!(marked("abc", &[(0, 2), (1, 3)]), [(true, "ab"), (true, "c")]);
    }

    #[test]
    fn amounts_are_not_years() {
        assert_eq!(
            amounts("Exchange 2010 explains 312 of 334, since 07:52."),
            [
                (false, "Exchange 2010 explains "),
                (true, "312 of 334"),
                (false, ", since "),
                (true, "07:52"),
                (false, ".")
            ]
        );
    }

    #[test]
    fn occurrences_do_not_overlap() {
        let texts = ["10.0.0.1".to_owned(), "10.0.0.11".to_owned(), " ".to_owned()];
        assert_eq!(occurrences("{10.0.0.11, 10.0.0.1}", &texts), [(1, 10), (12, 20)]);
    }

    #[test]
    fn excerpts_lose_their_padding_but_not_their_marks() {
        let raw = "Name            : x\nRemoteIPRanges  : {10.0.0.1,\n                  10.0.0.2}";
        let at = raw.find("10.0.0.2").unwrap();
        let (text, marks) = without_padding(raw, &[(at, at + 8)]);
        assert_eq!(text, "Name           : x\nRemoteIPRanges : {10.0.0.1,\n  10.0.0.2}");
        assert_eq!(marked(&text, &marks).get(1), Some(&(true, "10.0.0.2")));
        assert_eq!(without_padding("no colon here", &[(0, 99)]), ("no colon here".to_owned(), vec![]));
    }

    #[test]
    fn excerpts_are_cut_around_the_first_mark() {
        let (text, marks) = three_lines("a\nb\nc\nhit\ne\nf", &[(6, 9)]);
        assert_eq!(text, "... hit\ne\nf");
        assert_eq!(marked(&text, &marks).get(1), Some(&(true, "hit")));
        let (text, _) = three_lines("hit\nb\nc\nd", &[(0, 3)]);
        assert_eq!(text, "hit\nb\nc ...");
    }
}
