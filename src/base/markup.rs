//! A forgiving scanner for XML-like text: tags, attributes and text with their offsets.
//!
//! Why not `quick-xml`: event XML arrives in states that a conforming parser refuses. `wevtutil`
//! writes many roots one after another and raw control characters, copies from the XML view carry
//! fold marks, copies from the web have typographic quotes and lost end tags. This scanner never
//! fails and never looks back, so it is linear on any input; what the tags mean is decided by whoever
//! reads the tokens. It expands no entities but the five of XML and character references.
//!
//! Deliberately absent: namespaces (names are given without their prefix) and document type
//! declarations (reported as [`Token::Doctype`], never followed).

use std::borrow::Cow;

/// One piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// `<name attributes>` or `<name attributes/>`.
    Open {
        /// Name without its prefix.
        name: &'a str,
        /// Everything between the name and the end of the tag, for [`attribute`].
        attributes: &'a str,
        /// Whether it is closed at once.
        empty: bool,
    },
    /// `</name>`
    Close {
        /// Name without its prefix.
        name: &'a str,
    },
    /// Text as written; [`unescape`] resolves references.
    Text(&'a str),
    /// Text of a CDATA section, to be taken literally.
    Literal(&'a str),
    /// A document type declaration.
    Doctype,
}

/// Scans a text from its beginning.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// A scanner at the start of `text`.
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, at: 0 }
    }

    /// Byte offset behind the last token.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Skips to behind `end`, or to the end of the text when it is missing, which then is cut.
    fn skip_past(&mut self, start: usize, end: &str) -> &'a str {
        let body = self.text.get(self.at + start..).unwrap_or("");
        match body.find(end) {
            Some(n) => {
                self.at += start + n + end.len();
                body.get(..n).unwrap_or("")
            }
            None => {
                self.at = self.text.len();
                body
            }
        }
    }

    /// Text up to the next tag; `skip` passes a `<` that starts none.
    fn plain(&mut self, skip: usize) -> Token<'a> {
        let rest = self.rest();
        let len = rest.get(skip..).and_then(|t| t.find('<')).map_or(rest.len(), |n| n + skip);
        self.at += len;
        Token::Text(rest.get(..len).unwrap_or(""))
    }

    /// The tag that starts at the current `<`, or nothing when the text behind it is none.
    fn tag(&mut self) -> Option<Token<'a>> {
        let body = self.rest().get(1..)?;
        let (closing, body_start) = if body.starts_with('/') { (true, 2) } else { (false, 1) };
        let named = self.rest().get(body_start..)?;
        if !named.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let end = tag_end(named)?;
        let inner = named.get(..end)?;
        self.at += body_start + end + 1;
        let name_end = inner.bytes().position(|b| b.is_ascii_whitespace() || b == b'/').unwrap_or(inner.len());
        let name = local(inner.get(..name_end)?);
        if closing {
            return Some(Token::Close { name });
        }
        let attributes = inner.get(name_end..)?.trim();
        let empty = attributes.ends_with('/');
        Some(Token::Open { name, attributes: attributes.trim_end_matches('/'), empty })
    }
}

/// Where the tag ends: at the first `>` outside quotes. An attribute cannot hold a raw `<`, so an
/// open quote never reaches beyond the next one; that bounds the damage of a lost quote to one tag.
fn tag_end(inner: &str) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut at = 0;
    loop {
        // One tight loop per stretch: this is where most of the time on large logs goes.
        at += bytes.get(at..)?.iter().position(|b| matches!(b, b'>' | b'<' | b'"' | b'\''))?;
        match bytes.get(at) {
            Some(b'>') => return Some(at),
            Some(b'<') => return inner.get(..at)?.find('>'),
            Some(quote) => {
                at += 1;
                let body = bytes.get(at..)?;
                match body.iter().position(|b| b == quote || *b == b'<') {
                    Some(n) if body.get(n) == Some(quote) => at += n + 1,
                    // An open quote: the tag ends at the first `>` before the next tag, if any.
                    Some(n) => return inner.get(..at + n)?.find('>'),
                    None => return inner.find('>'),
                }
            }
            None => return None,
        }
    }
}

fn local(name: &str) -> &str {
    let colon = name.bytes().rposition(|b| b == b':');
    colon.and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}

impl<'a> Iterator for Scanner<'a> {
    /// Offset and token.
    type Item = (usize, Token<'a>);

    fn next(&mut self) -> Option<(usize, Token<'a>)> {
        loop {
            let start = self.at;
            let rest = self.rest();
            if rest.is_empty() {
                return None;
            }
            match rest.as_bytes() {
                [b'<', b'!' | b'?', ..] => {}
                [b'<', ..] => {
                    if let Some(tag) = self.tag() {
                        return Some((start, tag));
                    }
                    return Some((start, self.plain(1)));
                }
                _ => return Some((start, self.plain(0))),
            }
            if rest.starts_with("<!--") {
                self.skip_past(4, "-->");
                continue;
            }
            if rest.starts_with("<![CDATA[") {
                return Some((start, Token::Literal(self.skip_past(9, "]]>"))));
            }
            if rest.starts_with("<!") {
                let internal = rest.find(['[', '>']).is_some_and(|i| rest.get(i..).unwrap_or("").starts_with('['));
                self.skip_past(2, if internal { "]>" } else { ">" });
                return Some((start, Token::Doctype));
            }
            self.skip_past(2, "?>");
        }
    }
}

/// The value of an attribute, by name without prefix. Takes straight and typographic quotes, and a
/// bare word.
pub fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start();
        let equals = rest.find('=')?;
        let found = rest.get(..equals)?.trim_end().rsplit([' ', '\t', '\r', '\n', ':']).next()?;
        let after = rest.get(equals + 1..)?.trim_start();
        let quote = after.chars().next()?;
        let (value, next) = if is_quote(quote) {
            let body = after.get(quote.len_utf8()..)?;
            let closes = |c: char| if quote.is_ascii() { c == quote } else { is_quote(c) };
            let end = body.find(closes).unwrap_or(body.len());
            let tail = body.get(end..)?;
            let width = tail.chars().next().map_or(0, char::len_utf8);
            (body.get(..end)?, tail.get(width..)?)
        } else {
            let end = after.find(char::is_whitespace).unwrap_or(after.len());
            (after.get(..end)?, after.get(end..)?)
        };
        if found == name {
            return Some(unescape(value));
        }
        rest = next;
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2018}' | '\u{2019}' | '\u{2032}' | '\u{2033}')
}

/// Resolves character references and the five entities of XML. Anything else is left as written.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(rest.get(..start).unwrap_or(""));
        rest = rest.get(start..).unwrap_or("");
        // The longest reference is ten characters; looking further would be quadratic on "&&&&".
        let end = rest.bytes().take(12).position(|b| b == b';');
        match end.and_then(|end| Some((resolve(rest.get(1..end)?)?, end + 1))) {
            Some((c, len)) => {
                out.push(c);
                rest = rest.get(len..).unwrap_or("");
            }
            None => {
                out.push('&');
                rest = rest.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn resolve(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        Scanner::new(text).map(|(_, token)| token).collect()
    }

    #[test]
    fn reads_tags_text_and_literals() {
        use Token::{Close, Literal, Open, Text};
        assert_eq!(
            tokens("<?xml version='1.0'?><a:E x='1>2'>t<b/><!-- < --><![CDATA[<&]]></a:E >"),
            [
                Open { name: "E", attributes: "x='1>2'", empty: false },
                Text("t"),
                Open { name: "b", attributes: "", empty: true },
                Literal("<&"),
                Close { name: "E" },
            ]
        );
        assert_eq!(tokens("<!DOCTYPE a [<!ENTITY b \"c>d\">]>x"), [Token::Doctype, Text("x")]);
        assert_eq!(tokens("1 < 2 <"), [Text("1 "), Text("< 2 "), Text("<")]);
    }

    #[test]
    fn a_lost_quote_damages_one_tag_only() {
        assert_eq!(
            tokens("<a x='1><b y=\"2\">"),
            [
                Token::Open { name: "a", attributes: "x='1", empty: false },
                Token::Open { name: "b", attributes: "y=\"2\"", empty: false }
            ]
        );
    }

    #[test]
    fn reads_attributes_in_all_quotes() {
        let text = "Name=\u{201D}MSExchangeTransport\u{201D} Guid='{a}' q = \"&quot;&#x41;\" bare=4";
        let get = |name| attribute(text, name).map(Cow::into_owned);
        assert_eq!(get("Name").as_deref(), Some("MSExchangeTransport"));
        assert_eq!(get("Guid").as_deref(), Some("{a}"));
        assert_eq!(get("q").as_deref(), Some("\"A"));
        assert_eq!(get("bare").as_deref(), Some("4"));
        assert_eq!(get("none"), None);
    }

    #[test]
    fn leaves_unknown_references_alone() {
        assert_eq!(unescape("a &amp; b &c; &#1; &#0; &#x110000; &"), "a & b &c; \u{1} \u{FFFD} \u{FFFD} &");
    }
}
