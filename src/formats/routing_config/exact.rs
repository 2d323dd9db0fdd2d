//! The table of Exchange 2013 and later: the directory objects that routing starts from.
//!
//! The form was read from tables as Exchange 2013 writes them: elements only, no attributes, no
//! namespace; an object begins with `Name`, `ObjectGuid`, `DN`, `WhenCreated`; a reference to one holds
//! `Name` and `ObjectGuid`; a missing scalar is the text `null`, an empty list an empty element.
//! `WhenCreated` is in the culture of the process and is not read.
//!
//! Objects are read one at a time into records. An object whose end is missing is left out whole: half
//! of a server looks like a server without a site.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::base::ledger::NoteKind;
use crate::base::source::{SourceId, Span};
use crate::base::xml::{Item, Node, Open, Xml};
use crate::formats::Output;
use crate::model::Located;
use crate::model::routing::{
    AddressSpace, ObjectRef, PublicFolderTree, RoutingDatabase, RoutingGroup, RoutingGroupConnector,
    RoutingSendConnector, RoutingServer, RoutingSite, RoutingTable, Setting, SiteLink,
};

/// The root element.
pub const ROOT: &str = "RoutingConfiguration";

/// The version of the schema that is known: that of Exchange 2013, unchanged in its later updates.
const KNOWN_SCHEMA: &str = "15.00.0610.000";

/// How many kinds of unknown elements are named in the ledger.
const MAX_UNKNOWN: usize = 20;

/// Sections and the objects in them.
const SECTIONS: &[(&str, &str)] = &[
    ("ExchangeServers", "Server"),
    ("SyncedServers", "Server"),
    ("TopologySites", "ADSite"),
    ("TopologySiteLinks", "ADSiteLink"),
    ("RoutingGroups", "RoutingGroup"),
    ("RoutingGroupConnectors", "RoutingGroupConnector"),
    ("SendConnectors", "SendConnector"),
    ("Databases", "Database"),
    ("PublicFolderTrees", "PublicFolderTree"),
];

/// Elements that objects hold, in any of them; others are reported.
const MEMBERS: &[&str] = &[
    "Name",
    "ObjectGuid",
    "DN",
    "WhenCreated",
    "MajorVersion",
    "FQDN",
    "LegacyDN",
    "ServerRoles",
    "ADSiteId",
    "DagId",
    "FrontendComponentActive",
    "HubComponentActive",
    "HomeRoutingGroupId",
    "HubSiteEnabled",
    "InboundMailEnabled",
    "ADCost",
    "ExchangeCost",
    "MaxMessageSize",
    "LinkedADSites",
    "SourceRoutingGroupId",
    "SourceServers",
    "HomeMtaServerId",
    "Cost",
    "TargetRoutingGroupId",
    "TargetServers",
    "ConnectorType",
    "Enabled",
    "IsScopedConnector",
    "AddressSpaces",
    "DnsRoutingEnabled",
    "SmartHosts",
    "ConnectedDomains",
    "OwningServerId",
    "PublicDatabases",
];

/// Reads one document whose root was just opened.
pub fn read<'a>(xml: &mut Xml<'a>, root: Open<'a>, source: SourceId, out: &mut Output<'_>) -> RoutingTable {
    let mut reader = Reader {
        table: RoutingTable { exact: true, ..RoutingTable::new(Span::lines(source, root.line, root.line)) },
        source,
        unknown: BTreeMap::new(),
        stopped: false,
    };
    reader.table.complete = false;
    while let Some(item) = xml.next() {
        match item {
            Item::Open(open) => reader.element(xml, open, out),
            Item::Close(close) if close.depth <= root.depth => {
                reader.table.complete = !close.cut;
                reader.table.span = Span::lines(source, root.line, close.last);
                break;
            }
            // The end of a topology.
            Item::Close(_) => {}
        }
        if reader.stopped {
            break;
        }
    }
    reader.finish(out)
}

struct Reader {
    table: RoutingTable,
    source: SourceId,
    /// Elements outside the known schema: how many and where the first is.
    unknown: BTreeMap<String, (u32, u32)>,
    /// The run was cancelled.
    stopped: bool,
}

impl Reader {
    /// An element below the root or a topology.
    fn element<'a>(&mut self, xml: &mut Xml<'a>, open: Open<'a>, out: &mut Output<'_>) {
        if let Some((section, object)) = SECTIONS.iter().find(|(section, _)| *section == open.name) {
            return self.section(xml, open, section, object, out);
        }
        match open.name {
            "RoutingTopology" | "EdgeRoutingTopology" => {}
            "SchemaVersion" | "ProcessRole" => {
                let node = xml.subtree(open);
                let value = scalar(&node).filter(|_| !node.cut);
                match open.name {
                    "SchemaVersion" => self.table.schema_version = value,
                    _ => self.table.process = value,
                }
            }
            "LocalServerId" => {
                let node = xml.subtree(open);
                if !node.cut {
                    self.table.local_server = reference(&node);
                }
            }
            "Settings" => {
                let node = xml.subtree(open);
                let span = |child: &Node<'_>| Span::lines(self.source, child.first, child.last);
                let settings = node.children.iter().filter(|child| !child.cut).map(|child| Setting {
                    name: child.name.to_owned(),
                    value: Located::new(text_of(child), span(child)),
                });
                self.table.settings.extend(settings);
            }
            _ => {
                self.note_unknown(open.name, open.line);
                xml.skip(open);
            }
        }
    }

    fn section<'a>(&mut self, xml: &mut Xml<'a>, open: Open<'a>, section: &str, object: &str, out: &mut Output<'_>) {
        if section == "Databases" {
            self.table.lists_databases = true;
        }
        let mut lost = 0_u32;
        while let Some(item) = xml.next() {
            match item {
                Item::Open(child) if child.name == object => {
                    let node = xml.subtree(child);
                    if node.cut {
                        lost = lost.saturating_add(1);
                        out.ledger.damaged += 1;
                        out.note(
                            NoteKind::Damaged,
                            Some((node.first, node.last)),
                            format!("This {object} has no end and was left out."),
                        );
                    } else {
                        self.object(section, &node);
                    }
                    if out.progress(xml.offset()).is_break() {
                        self.stopped = true;
                        return;
                    }
                }
                Item::Open(child) => {
                    self.note_unknown(&format!("{section}/{}", child.name), child.line);
                    xml.skip(child);
                }
                Item::Close(close) if close.depth <= open.depth => {
                    let whole = lost == 0 && !close.cut;
                    match section {
                        "ExchangeServers" | "SyncedServers" => self.table.lists_servers = whole,
                        "Databases" => self.table.unread_databases = self.table.unread_databases.saturating_add(lost),
                        _ => {}
                    }
                    return;
                }
                Item::Close(_) => {}
            }
        }
    }

    fn object(&mut self, section: &str, node: &Node<'_>) {
        for child in &node.children {
            if !MEMBERS.contains(&child.name) {
                self.note_unknown(&format!("{}/{}", node.name, child.name), child.first);
            }
        }
        let span = self.span(node);
        let object = identity(node);
        let part = |name: &str| node.child(name).and_then(scalar);
        let refers = |name: &str| node.child(name).and_then(reference);
        let table = &mut self.table;
        match section {
            "ExchangeServers" | "SyncedServers" => table.servers.push(RoutingServer {
                span,
                fqdn: part("FQDN"),
                major_version: part("MajorVersion").and_then(|text| text.parse().ok()),
                roles: part("ServerRoles"),
                site: refers("ADSiteId"),
                dag: refers("DagId"),
                routing_group: refers("HomeRoutingGroupId"),
                legacy_dn: part("LegacyDN"),
                hub_active: flag(node, "HubComponentActive"),
                frontend_active: flag(node, "FrontendComponentActive"),
                object,
            }),
            "TopologySites" => table.sites.push(RoutingSite {
                span,
                object,
                hub: flag(node, "HubSiteEnabled"),
                inbound_mail: flag(node, "InboundMailEnabled"),
            }),
            "TopologySiteLinks" => table.site_links.push(SiteLink {
                span,
                object,
                ad_cost: number(node, "ADCost"),
                exchange_cost: number(node, "ExchangeCost"),
                max_message_size: part("MaxMessageSize").as_deref().and_then(bytes),
                sites: references(node, "LinkedADSites"),
            }),
            "RoutingGroups" => table.routing_groups.push(RoutingGroup { span, object }),
            "RoutingGroupConnectors" => table.routing_group_connectors.push(RoutingGroupConnector {
                span,
                object,
                source_group: refers("SourceRoutingGroupId"),
                source_servers: references(node, "SourceServers"),
                home_mta: refers("HomeMtaServerId"),
                cost: number(node, "Cost"),
                target_group: refers("TargetRoutingGroupId"),
                target_servers: references(node, "TargetServers"),
                max_message_size: part("MaxMessageSize").as_deref().and_then(bytes),
            }),
            "SendConnectors" => {
                let connector = self.send_connector(node, span, object);
                self.table.send_connectors.push(connector);
            }
            "Databases" => {
                let owner = node.child("OwningServerId");
                let owner_span = owner.map(|owner| self.span(owner));
                self.table.databases.push(RoutingDatabase {
                    span,
                    object,
                    owner: owner.and_then(reference),
                    owner_span,
                });
            }
            "PublicFolderTrees" => table.public_folder_trees.push(PublicFolderTree {
                span,
                object,
                databases: references(node, "PublicDatabases"),
            }),
            _ => {}
        }
    }

    fn send_connector(&self, node: &Node<'_>, span: Span, object: ObjectRef) -> RoutingSendConnector {
        let list = |name: &str| node.child(name).map_or(&[][..], |list| list.children.as_slice());
        let spaces = list("AddressSpaces")
            .iter()
            .filter_map(|child| Some(Located::new(AddressSpace::parse(&child.text)?, self.span(child))));
        RoutingSendConnector {
            span,
            object,
            source_group: node.child("SourceRoutingGroupId").and_then(reference),
            source_servers: references(node, "SourceServers"),
            home_mta: node.child("HomeMtaServerId").and_then(reference),
            kind: node.child("ConnectorType").and_then(scalar),
            enabled: flag(node, "Enabled"),
            scoped: flag(node, "IsScopedConnector"),
            address_spaces: spaces.collect(),
            dns_routing: flag(node, "DnsRoutingEnabled"),
            smart_hosts: node.child("SmartHosts").map(|hosts| Located::new(text_of(hosts), self.span(hosts))),
            connected_domains: list("ConnectedDomains").iter().map(|child| child.text.clone().into_owned()).collect(),
            max_message_size: node.child("MaxMessageSize").and_then(scalar).as_deref().and_then(bytes),
        }
    }

    fn note_unknown(&mut self, name: &str, line: u32) {
        // Names come from the file; a hostile one could have a million of them.
        if self.unknown.len() < 1_000 || self.unknown.contains_key(name) {
            self.unknown.entry(name.to_owned()).or_insert((0, line)).0 += 1;
        }
    }

    fn span(&self, node: &Node<'_>) -> Span {
        Span::lines(self.source, node.first, node.last)
    }

    fn finish(self, out: &mut Output<'_>) -> RoutingTable {
        for (name, (count, line)) in self.unknown.iter().take(MAX_UNKNOWN) {
            let name: String = name.chars().take(80).collect();
            out.note(
                NoteKind::Info,
                Some((*line, *line)),
                format!("Elements that the known form of the file does not have were passed over: {name} ({count})."),
            );
        }
        if let Some(more) = self.unknown.len().checked_sub(MAX_UNKNOWN).filter(|more| *more > 0) {
            out.note(NoteKind::Info, None, format!("{more} more kinds of unknown elements were passed over."));
        }
        match self.table.schema_version.as_deref() {
            Some(KNOWN_SCHEMA) => {}
            Some(other) => out.note(
                NoteKind::Info,
                None,
                format!("The schema version is {other}; the known one is {KNOWN_SCHEMA}. Read the same way."),
            ),
            None => out.note(NoteKind::Info, None, format!("There is no schema version; read as {KNOWN_SCHEMA}.")),
        }
        self.table
    }
}

/// The text of a scalar; `None` when it is empty or `null`.
fn scalar(node: &Node<'_>) -> Option<String> {
    let text = node.text.trim();
    (!text.is_empty() && text != "null").then(|| text.to_owned())
}

/// The text of an element, with the texts of its children when it has any.
fn text_of(node: &Node<'_>) -> String {
    if node.children.is_empty() {
        return scalar(node).unwrap_or_default();
    }
    node.children.iter().map(|child| child.text.as_ref()).collect::<Vec<_>>().join(", ")
}

fn identity(node: &Node<'_>) -> ObjectRef {
    let part = |name: &str| node.child(name).and_then(scalar);
    ObjectRef {
        name: part("Name"),
        guid: part("ObjectGuid").and_then(|text| Uuid::parse_str(&text).ok()),
        dn: part("DN"),
    }
}

/// A reference; `None` when it names nothing.
fn reference(node: &Node<'_>) -> Option<ObjectRef> {
    Some(identity(node)).filter(|object| *object != ObjectRef::default())
}

fn references(node: &Node<'_>, list: &str) -> Vec<ObjectRef> {
    node.child(list).map_or_else(Vec::new, |list| list.children.iter().filter_map(reference).collect())
}

fn flag(node: &Node<'_>, name: &str) -> Option<bool> {
    match scalar(node.child(name)?)?.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn number(node: &Node<'_>, name: &str) -> Option<u32> {
    scalar(node.child(name)?)?.parse().ok()
}

/// `35 MB (36,700,160 bytes)`: the number in parentheses. `Unlimited` is no number.
fn bytes(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once('(')?;
    let digits: String = rest.chars().take_while(|c| *c != ')' && *c != 'b').filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_the_bytes_in_parentheses() {
        assert_eq!(bytes("35 MB (36,700,160 bytes)"), Some(36_700_160));
        assert_eq!(bytes("10 KB (10.240 bytes)"), Some(10_240));
        assert_eq!(bytes("Unlimited"), None);
        assert_eq!(bytes("null"), None);
    }
}
