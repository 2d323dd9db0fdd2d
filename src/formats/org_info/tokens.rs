//! The words, strings and lists of an OrgInfo text.
//!
//! `{length in hex}` stands before a string. Captures print separators as space, NUL or `.`, which also stand inside
//! strings, and copies with replaced names keep the old lengths: where the length does not lead to a separator, the
//! separator nearest to it ends the string.

/// A piece of the text, with its place in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node<'a> {
    pub start: usize,
    pub end: usize,
    pub kind: Kind<'a>,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    Word(&'a str),
    Text(&'a str),
    List(Vec<Node<'a>>),
}

/// Lists in lists; the table has five levels.
const DEEPEST: usize = 24;

/// Longest string; the longest real ones are distinguished names.
const LONGEST: usize = 4096;

/// What was read from a place on.
pub struct Tree<'a> {
    pub nodes: Vec<Node<'a>>,
    /// Where the reader stopped.
    pub end: usize,
    /// Whether all lists are closed.
    pub complete: bool,
    /// Strings whose length did not fit.
    pub lengths: usize,
}

fn separates(byte: u8) -> bool {
    matches!(byte, b' ' | b'.' | 0 | b'\t' | b'\r' | b'\n')
}

fn ends(byte: Option<&u8>) -> bool {
    byte.is_none_or(|byte| separates(*byte) || matches!(byte, b'(' | b')'))
}

/// Reads one list, which begins at `start`.
pub fn list(text: &str, start: usize) -> Tree<'_> {
    let bytes = text.as_bytes();
    let mut open: Vec<(usize, Vec<Node<'_>>)> = Vec::new();
    let mut tree = Tree { nodes: Vec::new(), end: start, complete: false, lengths: 0 };
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        let begin = at;
        at += 1;
        let kind = match byte {
            b'(' if open.len() < DEEPEST => {
                open.push((begin, Vec::new()));
                continue;
            }
            b')' => match open.pop() {
                Some((first, nodes)) if open.is_empty() => {
                    let _ = first;
                    return Tree { nodes, end: at, complete: true, ..tree };
                }
                Some((first, nodes)) => {
                    push(&mut open, first, at, Kind::List(nodes));
                    continue;
                }
                None => break,
            },
            b'{' => {
                let (end, fits) = string_end(bytes, begin);
                let from = text.get(begin..end).and_then(|t| t.find('}')).map_or(begin, |n| begin + n + 1);
                tree.lengths += usize::from(!fits);
                at = end;
                Kind::Text(text.get(from..end).unwrap_or(""))
            }
            byte if separates(*byte) => continue,
            _ => {
                while bytes.get(at).is_some_and(|b| !separates(*b) && !matches!(b, b'(' | b')' | b'{')) {
                    at += 1;
                }
                Kind::Word(text.get(begin..at).unwrap_or(""))
            }
        };
        push(&mut open, begin, at, kind);
    }
    // What was read before the end is kept.
    while let Some((first, nodes)) = open.pop() {
        if open.is_empty() {
            tree.nodes = nodes;
        } else {
            push(&mut open, first, at.min(bytes.len()), Kind::List(nodes));
        }
    }
    Tree { end: at.min(bytes.len()), ..tree }
}

fn push<'a>(open: &mut [(usize, Vec<Node<'a>>)], start: usize, end: usize, kind: Kind<'a>) {
    if let Some((_, nodes)) = open.last_mut() {
        nodes.push(Node { start, end, kind });
    }
}

/// Where the string that begins with `{` ends, and whether its length was right.
fn string_end(bytes: &[u8], begin: usize) -> (usize, bool) {
    let digits: Vec<u8> = bytes.iter().skip(begin + 1).take(8).copied().take_while(u8::is_ascii_hexdigit).collect();
    let from = begin + 1 + digits.len();
    if bytes.get(from) != Some(&b'}') {
        return (from, false);
    }
    let from = from + 1;
    let hex = std::str::from_utf8(&digits).unwrap_or("");
    let length = usize::from_str_radix(hex, 16).unwrap_or(0);
    if length > LONGEST {
        return (from, false);
    }
    if ends(bytes.get(from + length)) && from + length <= bytes.len() {
        return (from + length, true);
    }
    let stated = from + length;
    let mut nearest = None;
    for at in from..bytes.len().min(stated + 64) {
        if !ends(bytes.get(at)) {
            continue;
        }
        // Of several separators the first ends the string.
        let first = at == from || !bytes.get(at - 1).is_some_and(|byte| separates(*byte));
        if first && nearest.is_none_or(|best: usize| at.abs_diff(stated) < best.abs_diff(stated)) {
            nearest = Some(at);
        }
        // Where a list or a string begins behind a separator, this one has ended.
        let next = bytes.get(at..).unwrap_or_default().iter().take(8).find(|byte| !separates(**byte));
        if matches!(next, Some(b'(' | b'{' | b')')) {
            break;
        }
    }
    (nearest.unwrap_or(bytes.len().min(stated)), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_may_hold_what_separates() {
        let tree = list("(.{6}a.b.c).{4}SMTP)", 0);
        assert!(tree.complete);
        let texts: Vec<&Kind<'_>> = tree.nodes.iter().map(|node| &node.kind).collect();
        assert_eq!(texts, [&Kind::Text("a.b.c)"), &Kind::Text("SMTP")]);
    }

    #[test]
    fn a_wrong_length_ends_at_the_nearest_separator() {
        let tree = list("({5}contoso.x.1)", 0);
        assert_eq!(tree.lengths, 1);
        assert_eq!(tree.nodes.first().unwrap().kind, Kind::Text("contoso"));
        assert!(!list("(a.(b", 0).complete);
        assert_eq!(list("(a.(b", 0).nodes.len(), 2);
        assert!(!list("({ffffffff}x", 0).complete);
    }
}
