//! The link state table of Exchange 2000 and 2003 as text (OrgInfo): copied from the lower pane of WinRoute, saved by it,
//! or captured on port 691.
//!
//! The form is that of Microsoft's transport and routing guide, "OrgInfo packet details" (bb123663): size, digest, then in
//! nested lists the routing groups with their servers and connectors. The file of WinRoute itself is not documented; the
//! table is looked for anywhere in it.
//!
//! Traps:
//! - All numbers are hexadecimal; `ffffffff` is no limit.
//! - Identifiers are bytes in their order, not as the directory prints them.
//! - Lengths before strings are wrong where someone replaced names; see `tokens`.

mod tokens;

use uuid::Uuid;

use self::tokens::{Kind, Node};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::source::Span;
use crate::model::link_state::{
    LinkStateAddressSpace, LinkStateBridgehead, LinkStateConnector, LinkStateGroup, LinkStateId, LinkStateMember,
    LinkStateTable,
};
use crate::model::{Located, Record};

/// Link state tables.
pub static FORMAT: Format = Format {
    id: "org-info",
    title: "Link state table (Exchange 2000, 2003)",
    how_to_collect: "WinRoute, File, New Query on a server; copy the whole lower pane into a text file",
    extensions: &["txt", "rte"],
    probe,
    parse: Parse::Document(parse),
};

/// Where tables begin: `{00000457}`, a digest, and a list.
fn beginnings(text: &str) -> impl Iterator<Item = Beginning<'_>> {
    text.match_indices('{').filter_map(|(at, _)| beginning(text, at))
}

struct Beginning<'a> {
    start: usize,
    digest: &'a str,
    list: usize,
}

fn beginning(text: &str, at: usize) -> Option<Beginning<'_>> {
    let size = text.get(at + 1..at + 9)?;
    if !size.bytes().all(|b| b.is_ascii_hexdigit()) || text.get(at + 9..at + 10)? != "}" {
        return None;
    }
    let separators = |from: usize| {
        let rest = text.get(from..)?;
        let count = rest.bytes().take(8).take_while(|b| matches!(b, b' ' | b'.' | 0 | b'\r' | b'\n' | b'\t')).count();
        Some(from + count)
    };
    let mut from = separators(at + 10)?;
    let mut word = text.get(from..from + 32)?;
    let is_hex = |word: &str| word.bytes().all(|b| b.is_ascii_hexdigit());
    // On port 691 the identifier of the organization stands before the digest.
    let next = separators(from + 32)?;
    if let Some(second) = text.get(next..next + 32).filter(|word| is_hex(word)) {
        (from, word) = (next, second);
    }
    let list = separators(from + 32)?;
    (is_hex(word) && text.get(list..)?.starts_with('(')).then_some(Beginning { start: at, digest: word, list })
}

fn probe(head: &Head<'_>) -> Probe {
    let text = head.text.as_str();
    if beginnings(text).next().is_some() {
        return Probe::Yes(92, "size, digest and lists of a link state table".to_owned());
    }
    if text.contains("ARROWS") && text.contains("TARGBH") && text.contains("STATE") {
        return Probe::Near(
            "Looks like a link state table of Exchange 2000 or 2003 without its beginning. Copy the whole lower pane of \
             WinRoute, from the size in braces on."
                .to_owned(),
        );
    }
    Probe::No
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let text = document.text.as_str();
    let mut read_to = 0;
    let mut tables = 0;
    for beginning in beginnings(text) {
        // A beginning inside a table is none.
        if beginning.start < read_to {
            continue;
        }
        let tree = tokens::list(text, beginning.list);
        read_to = tree.end;
        tables += 1;
        let mut reader = Reader { document, unread: Vec::new() };
        let span = reader.span(beginning.start, tree.end);
        let lines = (document.text.line_of(beginning.start), document.text.line_of(tree.end.saturating_sub(1)));
        let groups = reader.groups(&tree.nodes);
        if !tree.complete {
            out.ledger.damaged += 1;
            let text = "The table ends in the middle; what follows is missing. Copy it again as a whole.";
            out.note(NoteKind::Damaged, Some(lines), text);
        }
        if tree.lengths > 0 {
            let text = format!(
                "Strings whose stated length is wrong, as after replacing names: {}. They were read to the nearest \
                 separator.",
                tree.lengths
            );
            out.note(NoteKind::Ambiguous, Some(lines), text);
        }
        if let Some(first) = reader.unread.first() {
            let line = document.text.line_of(*first);
            out.ledger.skipped += reader.unread.len() as u64;
            let text =
                format!("Parts that are no routing group, server or connector were left out: {}.", reader.unread.len());
            out.note(NoteKind::Skipped, Some((line, line)), text);
        }
        out.record(Record::LinkStateTable(LinkStateTable {
            span,
            digest: Located::new(beginning.digest.to_ascii_lowercase(), reader.span(beginning.start, beginning.list)),
            complete: tree.complete && reader.unread.is_empty(),
            groups,
        }));
    }
    if tables == 0 {
        out.note(NoteKind::Damaged, None, "No link state table was found. Copy the whole lower pane of WinRoute.");
    }
}

struct Reader<'a> {
    document: &'a Document<'a>,
    /// Places of what was not understood.
    unread: Vec<usize>,
}

fn word<'a>(node: Option<&Node<'a>>) -> Option<&'a str> {
    match node?.kind {
        Kind::Word(word) => Some(word),
        _ => None,
    }
}

fn text(node: Option<&Node<'_>>) -> Option<String> {
    match node?.kind {
        Kind::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

fn items<'a, 'b>(node: Option<&'b Node<'a>>) -> Option<&'b [Node<'a>]> {
    match node.map(|node| &node.kind) {
        Some(Kind::List(nodes)) => Some(nodes),
        _ => None,
    }
}

fn id(node: Option<&Node<'_>>) -> Option<LinkStateId> {
    let word = word(node).filter(|word| word.len() == 32)?;
    Uuid::try_parse(word).ok().map(LinkStateId)
}

fn number(node: Option<&Node<'_>>) -> Option<u32> {
    u32::from_str_radix(word(node)?, 16).ok()
}

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        let text = self.document.text;
        self.document.span(text.line_of(start), text.line_of(end.saturating_sub(1).max(start)))
    }

    fn located(&self, node: Option<&Node<'_>>) -> Option<Located<u32>> {
        let node = node?;
        Some(Located::new(number(Some(node))?, self.span(node.start, node.end)))
    }

    /// Groups stand one behind the other: identifier, master, three numbers, a digest, three addresses, two lists.
    fn groups(&mut self, nodes: &[Node<'_>]) -> Vec<LinkStateGroup> {
        let mut groups = Vec::new();
        let mut at = 0;
        while let Some(first) = nodes.get(at) {
            let is_start = |n: usize| id(nodes.get(n)).is_some() && id(nodes.get(n + 1)).is_some();
            let Some(group_id) = id(Some(first)).filter(|_| is_start(at)) else {
                self.unread.push(first.start);
                at += 1;
                continue;
            };
            // Up to the second list, or to the next group when one is missing.
            let mut end = at + 2;
            let mut lists = 0;
            while lists < 2 && nodes.get(end).is_some() && !is_start(end) {
                lists += usize::from(items(nodes.get(end)).is_some());
                end += 1;
            }
            let own = nodes.get(at..end).unwrap_or_default();
            let last = own.last().map_or(first.end, |node| node.end);
            let mut texts = own.iter().filter(|node| matches!(node.kind, Kind::Text(_)));
            let mut lists = own.iter().filter_map(|node| items(Some(node)));
            let (members, connectors) = (lists.next(), lists.next());
            groups.push(LinkStateGroup {
                span: self.span(first.start, last),
                id: group_id,
                master: id(own.get(1)),
                major: self.located(own.get(2)),
                minor: self.located(own.get(3)),
                user: self.located(own.get(4)),
                smtp_address: text(texts.next()),
                x400_address: text(texts.next()),
                x500_address: text(texts.next()),
                members: members.map(|nodes| self.members(nodes)).unwrap_or_default(),
                connectors: connectors.map(|nodes| self.connectors(nodes)).unwrap_or_default(),
            });
            at = end;
        }
        groups
    }

    fn members(&mut self, nodes: &[Node<'_>]) -> Vec<LinkStateMember> {
        let mut members = Vec::new();
        let mut open: Option<(LinkStateMember, usize)> = None;
        for node in nodes {
            if let Some(member_id) = id(Some(node)) {
                members.extend(open.take().map(|(member, _)| member));
                let span = self.span(node.start, node.end);
                open = Some((LinkStateMember { span, id: member_id, connected: None, build: None }, 0));
                continue;
            }
            let Some((member, position)) = open.as_mut() else {
                self.unread.push(node.start);
                continue;
            };
            match (*position, word(Some(node))) {
                (0, Some("YES")) => member.connected = Some(true),
                (0, Some("NO")) => member.connected = Some(false),
                (2, Some(_)) => member.build = number(Some(node)),
                _ => {}
            }
            *position += 1;
        }
        members.extend(open.map(|(member, _)| member));
        members
    }

    fn connectors(&mut self, nodes: &[Node<'_>]) -> Vec<LinkStateConnector> {
        let mut connectors = Vec::new();
        let mut named: Option<(LinkStateId, usize)> = None;
        for node in nodes {
            match (id(Some(node)), items(Some(node)), named) {
                (Some(next), ..) => {
                    self.unread.extend(named.map(|(_, start)| start));
                    named = Some((next, node.start));
                }
                (None, Some(fields), Some((own, start))) => {
                    let span = self.span(start, node.end);
                    connectors.push(self.connector(own, span, fields));
                    named = None;
                }
                _ => self.unread.push(node.start),
            }
        }
        self.unread.extend(named.map(|(_, start)| start));
        connectors
    }

    fn connector(&mut self, own: LinkStateId, span: Span, fields: &[Node<'_>]) -> LinkStateConnector {
        let position = |name: &str| fields.iter().position(|node| word(Some(node)) == Some(name));
        let behind = |name: &str| fields.get(position(name)? + 1);
        let mut texts = fields.iter().filter(|node| matches!(node.kind, Kind::Text(_)));
        let kind = text(texts.next());
        texts.next();
        let target_group = text(texts.next());
        let legacy_dn = text(texts.next());
        let before = fields.get(..position("ARROWS").unwrap_or(fields.len())).unwrap_or_default();
        let restrictions = before.iter().filter_map(|node| items(Some(node))).map(<[Node<'_>]>::len).sum::<usize>();
        let state = behind("STATE").and_then(|node| {
            let up = match word(Some(node))? {
                "UP" => true,
                "DOWN" => false,
                _ => return None,
            };
            Some(Located::new(up, self.span(node.start, node.end)))
        });
        LinkStateConnector {
            span,
            id: own,
            kind,
            target_group,
            legacy_dn,
            restrictions: u32::try_from(restrictions).unwrap_or(u32::MAX),
            address_spaces: items(behind("ARROWS")).map(|nodes| self.address_spaces(nodes)).unwrap_or_default(),
            bridgeheads: items(behind("BH")).map(|nodes| self.bridgeheads(nodes)).unwrap_or_default(),
            target_bridgeheads: items(behind("TARGBH")).map(|nodes| self.bridgeheads(nodes)).unwrap_or_default(),
            up: state,
        }
    }

    /// Type, address, cost, one behind the other.
    fn address_spaces(&mut self, nodes: &[Node<'_>]) -> Vec<LinkStateAddressSpace> {
        let mut spaces = Vec::new();
        for three in nodes.chunks(3) {
            match (text(three.first()), text(three.get(1))) {
                (Some(kind), Some(address)) => {
                    spaces.push(LinkStateAddressSpace { kind, address, cost: number(three.get(2)) });
                }
                _ => self.unread.extend(three.first().map(|node| node.start)),
            }
        }
        spaces
    }

    /// Virtual server, state, full name, one behind the other.
    fn bridgeheads(&mut self, nodes: &[Node<'_>]) -> Vec<LinkStateBridgehead> {
        let mut bridgeheads: Vec<LinkStateBridgehead> = Vec::new();
        for node in nodes {
            let span = self.span(node.start, node.end);
            match (id(Some(node)), bridgeheads.last_mut()) {
                (Some(own), _) => bridgeheads.push(LinkStateBridgehead { span, id: own, state: None, fqdn: None }),
                (None, Some(last)) if last.state.is_none() && word(Some(node)).is_some() => {
                    last.state = word(Some(node)).map(str::to_owned);
                }
                (None, Some(last)) if last.fqdn.is_none() && text(Some(node)).is_some() => last.fqdn = text(Some(node)),
                (None, Some(_)) => {}
                (None, None) => self.unread.push(node.start),
            }
        }
        bridgeheads
    }
}
