//! XML as Windows programs write it and as people bring it: a pull reader over `quick-xml` that never
//! fails and never guesses. It hands on elements with their lines and says in [`Faults`] what was
//! wrong with the rest.
//!
//! Traps it covers:
//! - A file that ends in the middle, copied while it was written: the elements that are still open are
//!   closed with [`Close::cut`] set, so a reader can tell whole objects from halves.
//! - Several documents in one file (`copy a.xml + b.xml`), also when the first of them is cut: a new
//!   XML declaration starts a new document.
//! - Pages saved from a browser's XML view, with `-` and `+` fold marks between elements and a line of
//!   text before the root: text beside child elements is dropped when it holds nothing else.
//! - A document type definition with entities: no program whose files are read here writes one. It is
//!   never expanded; reading stops there ([`Faults::entities`]).
//! - Depth: elements below [`MAX_DEPTH`] are counted and left out.
//!
//! Names are local names, without their namespace prefix. Absent on purpose: namespaces, validation,
//! and a tree of the whole file; [`Xml::subtree`] builds one for a single object.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};

use super::text::Text;

/// Levels of elements that are read. Real files of the known formats stay below 12.
pub const MAX_DEPTH: usize = 64;

/// Attributes that are read of one element.
const MAX_ATTRIBUTES: usize = 1_000;

/// A pull reader over one decoded text.
pub struct Xml<'a> {
    text: &'a Text,
    reader: Reader<&'a [u8]>,
    /// Bytes of the text before what the reader was given.
    skipped: usize,
    open: Vec<Level<'a>>,
    /// Elements that are open beyond [`MAX_DEPTH`].
    beyond: usize,
    /// How many of `open` to close as cut before anything else is read.
    cutting: usize,
    /// The element opened last was written `<a/>`.
    empty: bool,
    ended: bool,
    faults: Faults,
}

/// An element whose end has not been met.
struct Level<'a> {
    name: &'a str,
    line: u32,
    text: Cow<'a, str>,
    leaf: bool,
}

/// What was wrong with a text. All clear for well-formed XML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Line of the innermost element that was open where the text, or a document in it, ends.
    pub cut: Option<u32>,
    /// Closing tags that close nothing, and elements closed by the end of a parent.
    pub mismatched: u32,
    /// Line of the first of them.
    pub mismatched_line: Option<u32>,
    /// Elements left out because they are nested too deep.
    pub too_deep: u32,
    /// Line of a document type definition with entities. Nothing after it was read.
    pub entities: Option<u32>,
}

impl Faults {
    /// Whether the text was read whole.
    pub fn is_clear(&self) -> bool {
        *self == Faults::default()
    }
}

/// One step of the reader.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// An element begins.
    Open(Open<'a>),
    /// An element ends. Every opened element is closed, also at the end of a cut file.
    Close(Close<'a>),
}

/// The beginning of an element.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// Local name.
    pub name: &'a str,
    /// 1 for a root.
    pub depth: usize,
    /// Line of its `<`.
    pub line: u32,
    raw: &'a str,
    name_len: usize,
}

/// The end of an element.
#[derive(Clone, Debug)]
pub struct Close<'a> {
    /// Local name.
    pub name: &'a str,
    /// 1 for a root.
    pub depth: usize,
    /// Its own text without that of its children, trimmed, references replaced.
    pub text: Cow<'a, str>,
    /// Line of its beginning.
    pub first: u32,
    /// Line of its end.
    pub last: u32,
    /// It has no child elements.
    pub leaf: bool,
    /// Its closing tag is missing.
    pub cut: bool,
}

/// An element with everything in it.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Local name.
    pub name: &'a str,
    /// Its own text, as [`Close::text`].
    pub text: Cow<'a, str>,
    /// Line of its beginning.
    pub first: u32,
    /// Line of its end.
    pub last: u32,
    /// It or an element in it has no closing tag.
    pub cut: bool,
    /// Child elements in their order.
    pub children: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    /// The first child with this name.
    pub fn child(&self, name: &str) -> Option<&Node<'a>> {
        self.children.iter().find(|child| child.name == name)
    }
}

impl<'a> Open<'a> {
    /// Attributes with their local names, in their order; malformed ones are left out.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let mut attributes = Attributes::html(self.raw, self.name_len);
        // Looking for duplicates is quadratic.
        attributes.with_checks(false);
        attributes.take(MAX_ATTRIBUTES).filter_map(Result::ok).filter_map(|attribute| {
            let name = local_name(attribute.key.into_inner());
            // `xmlns` declares, it says nothing about the object.
            (!name.is_empty() && !attribute.key.into_inner().starts_with("xmlns"))
                .then(|| (name, unescaped(attribute.value)))
        })
    }
}

impl<'a> Xml<'a> {
    /// A reader from the start of a text.
    pub fn new(text: &'a Text) -> Xml<'a> {
        // `quick-xml` passes over a byte order mark without counting it. One can be left here when a
        // marked file was saved once more with a mark.
        let content = text.as_str().trim_start_matches('\u{FEFF}');
        let skipped = text.as_str().len() - content.len();
        let mut reader = Reader::from_str(content);
        let config = reader.config_mut();
        // Tags are matched here, so that one wrong tag costs one element and not the file.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Xml {
            text,
            reader,
            skipped,
            open: Vec::new(),
            beyond: 0,
            cutting: 0,
            empty: false,
            ended: false,
            faults: Faults::default(),
        }
    }

    /// What was wrong so far; complete once [`Iterator::next`] has returned `None`.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// How far the reader is, in bytes of the decoded text.
    pub fn offset(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// Reads on to the end of an element that was just opened and returns it as a tree.
    pub fn subtree(&mut self, open: Open<'a>) -> Node<'a> {
        let mut path = vec![Node::started(&open)];
        for item in self.by_ref() {
            match item {
                Item::Open(open) => path.push(Node::started(&open)),
                Item::Close(close) => {
                    let Some(mut node) = path.pop() else { break };
                    node.last = close.last;
                    node.cut |= close.cut;
                    node.text = close.text;
                    match path.last_mut() {
                        Some(parent) => {
                            parent.cut |= node.cut;
                            parent.children.push(node);
                        }
                        None => return node,
                    }
                }
            }
        }
        // Not reached: every opened element is closed. An empty node keeps the type simple.
        Node { cut: true, ..Node::started(&open) }
    }

    /// Reads on to the end of an element that was just opened and forgets it.
    pub fn skip(&mut self, open: Open<'a>) {
        for item in self.by_ref() {
            if matches!(item, Item::Close(close) if close.depth <= open.depth) {
                return;
            }
        }
    }

    fn line_at(&self, offset: usize) -> u32 {
        self.text.line_of(offset)
    }

    fn here(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).saturating_add(self.skipped)
    }

    fn start(&mut self, start: &BytesStart<'_>, empty: bool) -> Option<Item<'a>> {
        if self.open.len() >= MAX_DEPTH {
            self.faults.too_deep = self.faults.too_deep.saturating_add(1);
            self.beyond += usize::from(!empty);
            return None;
        }
        // The event borrows from itself, the name must borrow from the text: `<` content `>` or `/>`.
        let first = self.here().checked_sub(start.len() + if empty { 3 } else { 2 })?;
        let raw = self.text.as_str().get(first + 1..first + 1 + start.len()).unwrap_or("");
        let name_len = start.name().as_ref().len();
        let name = local_name(raw.get(..name_len).unwrap_or(""));
        let line = self.line_at(first);
        if let Some(parent) = self.open.last_mut() {
            parent.leaf = false;
        }
        self.open.push(Level { name, line, text: Cow::Borrowed(""), leaf: true });
        self.empty = empty;
        Some(Item::Open(Open { name, depth: self.open.len(), line, raw, name_len }))
    }

    fn end(&mut self, name: &str) -> Option<Item<'a>> {
        if self.beyond > 0 {
            self.beyond -= 1;
            return None;
        }
        let name = local_name(name);
        let above = self.open.iter().rev().position(|level| level.name == name);
        if above != Some(0) {
            self.faults.mismatched = self.faults.mismatched.saturating_add(1);
            let line = self.line_at(self.here().saturating_sub(1));
            self.faults.mismatched_line.get_or_insert(line);
        }
        match above {
            // Closes nothing that is open.
            None => None,
            Some(0) => self.close(false),
            Some(inner) => {
                // A parent ends: what is open in it ends with it. The parent itself is then closed by
                // this tag, but what it holds is not all it had, so it counts as cut as well.
                self.cutting = inner + 1;
                self.close_cut()
            }
        }
    }

    fn close_cut(&mut self) -> Option<Item<'a>> {
        self.cutting = self.cutting.checked_sub(1)?;
        self.close(true)
    }

    fn close(&mut self, cut: bool) -> Option<Item<'a>> {
        let depth = self.open.len();
        let level = self.open.pop()?;
        let mut text = trimmed(level.text);
        if !level.leaf && text.chars().all(|c| matches!(c, '-' | '+') || c.is_whitespace()) {
            text = Cow::Borrowed("");
        }
        let last = self.line_at(self.here().saturating_sub(1)).max(level.line);
        Some(Item::Close(Close { name: level.name, depth, text, first: level.line, last, leaf: level.leaf, cut }))
    }

    fn add_text(&mut self, more: Cow<'a, str>) {
        if self.beyond > 0 {
            return;
        }
        let Some(level) = self.open.last_mut() else { return };
        if level.text.is_empty() {
            // White space between elements is nearly all text there is.
            if !more.trim().is_empty() {
                level.text = more;
            }
        } else {
            level.text.to_mut().push_str(&more);
        }
    }

    /// A document ends with elements still open.
    fn cut_document(&mut self) {
        self.beyond = 0;
        if let Some(level) = self.open.last() {
            self.faults.cut.get_or_insert(level.line);
            self.cutting = self.open.len();
        }
    }

    fn stop(&mut self) {
        self.ended = true;
        self.cut_document();
    }
}

impl<'a> Node<'a> {
    fn started(open: &Open<'a>) -> Node<'a> {
        Node {
            name: open.name,
            text: Cow::Borrowed(""),
            first: open.line,
            last: open.line,
            cut: false,
            children: Vec::new(),
        }
    }
}

impl<'a> Iterator for Xml<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        loop {
            if self.cutting > 0 {
                return self.close_cut();
            }
            if self.empty {
                self.empty = false;
                return self.close(false);
            }
            if self.ended {
                return None;
            }
            let before = self.here();
            let step = match self.reader.read_event() {
                Ok(Event::Start(start)) => self.start(&start, false),
                Ok(Event::Empty(start)) => self.start(&start, true),
                Ok(Event::End(end)) => self.end(end.name().as_ref()),
                Ok(Event::Text(text)) => {
                    self.add_text(text.into_inner());
                    None
                }
                Ok(Event::CData(text)) => {
                    self.add_text(text.into_inner());
                    None
                }
                Ok(Event::GeneralRef(reference)) => {
                    self.add_text(resolved(&reference.into_inner()));
                    None
                }
                Ok(Event::Decl(_)) => {
                    self.cut_document();
                    None
                }
                Ok(Event::DocType(definition)) => {
                    if definition.to_ascii_uppercase().contains("<!ENTITY") {
                        let line = self.line_at(before);
                        self.faults.entities.get_or_insert(line);
                        self.stop();
                    }
                    None
                }
                Ok(Event::Comment(_) | Event::PI(_)) => None,
                Ok(Event::Eof) => {
                    self.stop();
                    None
                }
                Err(quick_xml::Error::IllFormed(_)) if self.here() > before => {
                    self.faults.mismatched = self.faults.mismatched.saturating_add(1);
                    let line = self.line_at(before);
                    self.faults.mismatched_line.get_or_insert(line);
                    None
                }
                Err(_) => {
                    // Markup that never ends: everything from there on is one unclosed tag.
                    let from = usize::try_from(self.reader.error_position()).unwrap_or(before);
                    let line = self.line_at(from.saturating_add(self.skipped));
                    self.faults.cut.get_or_insert(line);
                    self.stop();
                    None
                }
            };
            if step.is_some() {
                return step;
            }
        }
    }
}

fn local_name(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => {
            let inner = text.trim();
            if inner.len() == text.len() { Cow::Owned(text) } else { Cow::Owned(inner.to_owned()) }
        }
    }
}

/// The five references of XML and characters by number; any other stays as it is written.
fn resolved<'a>(name: &str) -> Cow<'a, str> {
    let reference = format!("&{name};");
    Cow::Owned(quick_xml::escape::unescape(&reference).map(Cow::into_owned).unwrap_or(reference))
}

fn unescaped(raw: Cow<'_, str>) -> Cow<'_, str> {
    match raw {
        Cow::Borrowed(raw) => quick_xml::escape::unescape(raw).unwrap_or(Cow::Borrowed(raw)),
        Cow::Owned(raw) => match quick_xml::escape::unescape(&raw) {
            Ok(Cow::Owned(done)) => Cow::Owned(done),
            _ => Cow::Owned(raw),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line per step: `+name@line k=v`, `-name@first-last text`, `!` for cut.
    fn steps(source: &str) -> (Vec<String>, Faults) {
        let text = Text::from_string(source.to_owned());
        let mut xml = Xml::new(&text);
        let mut out = Vec::new();
        for item in xml.by_ref() {
            out.push(match item {
                Item::Open(open) => {
                    let attributes: Vec<String> = open.attributes().map(|(k, v)| format!(" {k}={v}")).collect();
                    format!("+{}@{}{}", open.name, open.line, attributes.concat())
                }
                Item::Close(close) => {
                    let cut = if close.cut { "!" } else { "" };
                    format!("-{}@{}-{} {}{cut}", close.name, close.first, close.last, close.text)
                }
            });
        }
        (out, xml.faults().clone())
    }

    #[test]
    fn elements_come_with_lines_text_and_attributes() {
        let (out, faults) =
            steps("<?xml version=\"1.0\"?>\n<p:a xmlns:p=\"x\" k='1 &lt; 2'>\n <b>x &amp; &#233;</b>\n <c/>\n</p:a>\n");
        assert_eq!(out, ["+a@2 k=1 < 2", "+b@3", "-b@3-3 x & é", "+c@4", "-c@4-4 ", "-a@2-5 "]);
        assert!(faults.is_clear());
    }

    #[test]
    fn a_cut_text_closes_what_is_open_and_says_so() {
        let (out, faults) = steps("<a>\n<b>x</b>\n<c>\n<d>half");
        assert_eq!(out, ["+a@1", "+b@2", "-b@2-2 x", "+c@3", "+d@4", "-d@4-4 half!", "-c@3-4 !", "-a@1-4 !"]);
        assert_eq!(faults.cut, Some(4));
        for cut in ["<a><b", "<a><b x='", "<a><!-- ", "<a></b", "<a><![CDATA[", "<a>&am"] {
            let (out, faults) = steps(cut);
            assert!(out.last().is_some_and(|l| l.ends_with('!')) && faults.cut == Some(1), "{cut} {out:?}");
        }
    }

    #[test]
    fn a_wrong_tag_costs_one_element() {
        let (out, faults) = steps("<a><b><c>1</b><d>2</d></x></a>");
        assert_eq!(out, ["+a@1", "+b@1", "+c@1", "-c@1-1 1!", "-b@1-1 !", "+d@1", "-d@1-1 2", "-a@1-1 "]);
        assert_eq!((faults.mismatched, faults.cut), (2, None));
    }

    #[test]
    fn several_documents_are_read_even_when_the_first_is_cut() {
        let (out, faults) = steps("<?xml version=\"1.0\"?><a><b><?xml version=\"1.0\"?><a>2</a>");
        assert_eq!(out, ["+a@1", "+b@1", "-b@1-1 !", "-a@1-1 !", "+a@1", "-a@1-1 2"]);
        assert_eq!(faults.cut, Some(1));
    }

    #[test]
    fn fold_marks_of_a_browser_are_no_text() {
        let (out, _) = steps("- <a>\n- <b>\n  <c>-</c>\n  </b>\n+ <d>\n </d></a>");
        assert_eq!(out, ["+a@1", "+b@2", "+c@3", "-c@3-3 -", "-b@2-4 ", "+d@5", "-d@5-6 ", "-a@1-6 "]);
    }

    #[test]
    fn entities_are_refused_and_never_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY l \"ha\"><!ENTITY m \"&l;&l;&l;\">]>\n<a>&m;</a>";
        let (out, faults) = steps(bomb);
        assert!(out.is_empty());
        assert_eq!(faults.entities, Some(1));
        let (out, faults) = steps("<!DOCTYPE a SYSTEM \"a.dtd\"><a>&m;</a>");
        assert_eq!(out, ["+a@1", "-a@1-1 &m;"]);
        assert!(faults.is_clear());
    }

    #[test]
    fn marks_of_byte_order_move_nothing() {
        let (out, faults) = steps("\u{FEFF}\u{FEFF}<a>\n<bc/>\u{FEFF}</a>\u{FEFF}<d/>");
        assert_eq!(out, ["+a@1", "+bc@2", "-bc@2-2 ", "-a@1-2 \u{FEFF}", "+d@2", "-d@2-2 "]);
        assert!(faults.is_clear());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "<a>".repeat(100_000) + "x" + &"</a>".repeat(100_000);
        let (out, faults) = steps(&deep);
        assert_eq!(out.len(), 2 * MAX_DEPTH);
        assert_eq!(faults.too_deep, 100_000 - 64);
        assert_eq!(faults.cut, None);
    }

    #[test]
    fn a_subtree_is_one_object_with_its_lines() {
        let text = Text::from_string("<a>\n<b>\n<c>1</c>\n<c/>\n</b>\n<d/></a>".to_owned());
        let mut xml = Xml::new(&text);
        xml.next();
        let Some(Item::Open(open)) = xml.next() else { panic!("no element") };
        let node = xml.subtree(open);
        assert_eq!((node.name, node.first, node.last, node.children.len(), node.cut), ("b", 2, 5, 2, false));
        assert_eq!(node.child("c").map(|c| c.text.as_ref()), Some("1"));
        assert!(matches!(xml.next(), Some(Item::Open(open)) if open.name == "d"));
    }
}
