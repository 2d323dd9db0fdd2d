//! Excerpts: the few words of a raw text that carry the meaning, and where to mark them.
//!
//! Consoles wrap texts in the middle of words, so marks are found blind to white space and case.

use crate::base::order::Order as _;
use crate::base::text::cut;

/// Longest line of an excerpt, in characters; a CSV row or an error text can be much longer.
const WIDTH: usize = 220;

/// Most lines of an excerpt.
const LINES: usize = 3;

/// Byte ranges of `needle` in `text`, blind to white space and ASCII case. Ranges do not overlap.
pub fn find_marks(text: &str, needle: &str) -> Vec<(usize, usize)> {
    let fold = |c: char| match c {
        '\u{201C}' | '\u{201D}' => '"',
        '\u{2019}' => '\'',
        c => c.to_ascii_lowercase(),
    };
    let wanted: Vec<char> = needle.chars().filter(|c| !c.is_whitespace()).map(fold).collect();
    let Some(first) = wanted.first() else { return Vec::new() };
    let chars: Vec<(usize, char)> =
        text.char_indices().filter(|(_, c)| !c.is_whitespace()).map(|(i, c)| (i, fold(c))).collect();
    let mut marks = Vec::new();
    let mut at = 0;
    while let Some(rest) = chars.get(at..).filter(|rest| rest.len() >= wanted.len()) {
        let hit = rest.first().map(|c| c.1) == Some(*first) && rest.iter().zip(&wanted).all(|((_, a), b)| a == b);
        if hit && !splits_a_name(&chars, at, wanted.len()) {
            let start = rest.first().map_or(0, |c| c.0);
            let end = rest
                .get(wanted.len() - 1)
                .map_or(start, |(i, _)| i + text.get(*i..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
            marks.push((start, end));
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    marks
}

/// `192.0.2.1` must not be marked in `192.0.2.11`, nor `EX1` in `EX10`: a needle that begins or ends
/// with a letter or digit must not have one directly beside it, without a blank between.
fn splits_a_name(chars: &[(usize, char)], at: usize, len: usize) -> bool {
    let adjoins = |a: usize, b: usize| match (chars.get(a), chars.get(b)) {
        (Some((i, x)), Some((j, y))) => j - i == x.len_utf8() && x.is_alphanumeric() && y.is_alphanumeric(),
        _ => false,
    };
    (at > 0 && adjoins(at - 1, at)) || adjoins(at + len - 1, at + len)
}

/// Cuts an excerpt out of raw lines: at most three lines around the marks, each at most 220
/// characters, with `...` where something was left out. Returns the text and the marks in it.
pub fn cut(lines: &[&str], needles: &[String]) -> (String, Vec<(usize, usize)>) {
    let trimmed: Vec<&str> = lines.iter().map(|l| l.trim_end()).collect();
    let text = trimmed.join("\n");
    let starts: Vec<usize> = trimmed
        .iter()
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len() + 1;
            Some(start)
        })
        .collect();
    let all = marks_of(&text, needles);
    let line_of = |offset: usize| starts.partition_point(|s| *s <= offset).saturating_sub(1);
    let first = all.first().map_or(0, |m| line_of(m.0));
    let last = all.last().map_or(first, |m| line_of(m.1.saturating_sub(1)));
    // Marks far apart: the lines that hold them, rather than those between.
    let wanted: Vec<usize> = if last - first < LINES {
        (first..trimmed.len()).take(LINES.min((last - first + 1).max(LINES.min(trimmed.len() - first)))).collect()
    } else {
        let mut hit: Vec<usize> = all.iter().map(|m| line_of(m.0)).collect();
        hit.dedup();
        hit.into_iter().take(LINES).collect()
    };
    let mut out: Vec<String> = Vec::new();
    for index in wanted {
        let line = trimmed.get(index).copied().unwrap_or("");
        let start = starts.get(index).copied().unwrap_or(0);
        let mark = all.iter().find(|m| m.0 >= start && m.0 < start + line.len()).map(|m| (m.0 - start, m.1 - start));
        out.push(window(line, mark));
    }
    let text = out.join("\n");
    let marks = marks_of(&text, needles);
    (text, marks)
}

/// All marks of several needles in one text, ascending, without overlaps; the longer wins.
pub fn marks_of(text: &str, needles: &[String]) -> Vec<(usize, usize)> {
    let mut marks: Vec<(usize, usize)> = needles.iter().flat_map(|n| find_marks(text, n)).collect();
    marks.order_by_key(|(a, b)| (*a, std::cmp::Reverse(*b)));
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for mark in marks {
        if kept.last().is_none_or(|k| mark.0 >= k.1) {
            kept.push(mark);
        }
    }
    kept
}

/// The part of a long line around its mark. It begins and ends with whole names; those that a mark stands in are kept.
fn window(line: &str, mark: Option<(usize, usize)>) -> String {
    let length = line.chars().count();
    if length <= WIDTH {
        return line.to_owned();
    }
    let at = mark.map_or(0, |(start, _)| line.get(..start).unwrap_or("").chars().count());
    let from = at.saturating_sub(WIDTH / 3).min(length - WIDTH);
    let byte = |number: usize| line.char_indices().nth(number).map_or(line.len(), |(at, _)| at);
    let (from, to) = (byte(from), byte(from + WIDTH));
    let (mut start, mut end) = (cut::on(line, from), cut::back(line, to));
    if let Some((mark, behind)) = mark {
        if start > mark {
            let whole = cut::back(line, from);
            start = if from - whole <= WIDTH { whole } else { mark };
        }
        if end < behind && behind <= to {
            let whole = cut::on(line, to);
            end = if whole - to <= WIDTH { whole } else { behind };
        }
    }
    // One word without an end.
    if end <= start {
        (start, end) = (from, to);
    }
    // A blank stands between the sign and what is whole.
    let before = match (start, cut::back(line, start) == start) {
        (0, _) => "",
        (_, true) => "... ",
        (_, false) => "...",
    };
    let after = match (end == line.len(), cut::back(line, end) == end) {
        (true, _) => "",
        (_, true) => " ...",
        (_, false) => "...",
    };
    format!("{before}{}{after}", line.get(start..end).unwrap_or(line).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_blind_to_wrapping_and_whole_names_only() {
        let text = "451 5.7.3 Cannot achi\n   eve";
        assert_eq!(find_marks(text, "5.7.3 cannot achieve"), [(4, text.len())]);
        assert_eq!(find_marks("192.0.2.11, 192.0.2.1", "192.0.2.1"), [(12, 21)]);
        assert_eq!(find_marks("x", ""), []);
        assert_eq!(find_marks("Größe", "GRÖßE").len(), 0, "only ASCII case is folded");
        assert_eq!(find_marks("Größe", "Größe"), [(0, 7)]);
    }

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let line = format!("{}NEEDLE{}", "a ".repeat(400), " b".repeat(400));
        let (text, marks) = cut(&[&line], &["NEEDLE".to_owned()]);
        assert!(text.starts_with("...") && text.ends_with("...") && text.chars().count() <= WIDTH + 8);
        let (a, b) = marks[0];
        assert_eq!(&text[a..b], "NEEDLE");
    }

    #[test]
    fn a_cut_line_begins_and_ends_with_whole_names() {
        for shift in 0..40 {
            let line = format!(
                "{} NEEDLE {}",
                "mx.contoso.com ".repeat(30),
                "x".repeat(shift) + &" EX1.contoso.com".repeat(30)
            );
            let (text, marks) = cut(&[&line], &["NEEDLE".to_owned()]);
            let inner = text.trim_start_matches("... ").trim_end_matches(" ...");
            assert!(inner.split_whitespace().all(|word| line.split_whitespace().any(|own| own == word)), "{text}");
            assert_eq!(marks.len(), 1, "{text}");
        }
        let path = format!("{}/{}NEEDLE-{}", "b ".repeat(200), "a/".repeat(60), "c ".repeat(200));
        let (text, _) = cut(&[&path], &["NEEDLE".to_owned()]);
        assert!(text.contains(" /a/a/") && text.contains("NEEDLE-c "), "{text}");
    }

    #[test]
    fn many_lines_are_cut_to_those_that_matter() {
        let lines = ["one", "two", "three X", "four", "five", "six X", "seven"];
        let (text, marks) = cut(&lines, &["X".to_owned()]);
        assert_eq!(text, "three X\nsix X");
        assert_eq!(marks.len(), 2);
        assert_eq!(cut(&lines, &[]).0, "one\ntwo\nthree X");
    }
}
