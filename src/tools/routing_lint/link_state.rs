//! Link state tables of Exchange 2000 and 2003.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Hit, Weight, listed};
use crate::base::gather::Gather as _;
use crate::model::link_state::{LinkStateConnector, LinkStateGroup, LinkStateId, LinkStateTable};

/// Restrictions of one connector above which the table that every server sends around becomes large.
const MANY_RESTRICTIONS: u32 = 100;

/// From so many changes of links on, more than ten for each change by an administrator are too many.
const MANY_CHANGES: u32 = 100;

/// A connector by the last part of its name, else by its identifier as the directory prints it.
fn name_of(connector: &LinkStateConnector) -> String {
    let last = connector.legacy_dn.as_deref().and_then(|dn| dn.rsplit("/cn=").next()).map(str::trim);
    last.filter(|name| !name.is_empty()).map_or_else(|| shown(connector.id), str::to_owned)
}

fn shown(id: LinkStateId) -> String {
    id.directory().to_string()
}

fn groups<'a>(tables: &[&'a LinkStateTable]) -> impl Iterator<Item = &'a LinkStateGroup> {
    tables.iter().flat_map(|table| &table.groups)
}

pub fn down(tables: &[&LinkStateTable]) -> Vec<Hit> {
    let mut found = Vec::new();
    for connector in groups(tables).flat_map(|group| &group.connectors) {
        let name = name_of(connector);
        let states: Vec<String> = connector
            .bridgeheads
            .iter()
            .filter_map(|head| {
                let state = head.state.as_deref().filter(|state| *state != "CONN_AVAIL")?;
                Some(format!("{} {state}", head.fqdn.clone().unwrap_or_else(|| shown(head.id))))
            })
            .collect();
        let heads = if states.is_empty() { String::new() } else { format!(": {}", listed(&states)) };
        if let Some(up) = connector.up.as_ref().filter(|up| !up.value) {
            found.push(Hit::new(up.span, [name.clone()], format!("Connector {name} is down{heads}.")));
        } else if !states.is_empty() && states.len() == connector.bridgeheads.len() {
            let detail = format!("No bridgehead server of connector {name} is available{heads}.");
            found.push(Hit::new(connector.span, [name], detail));
        }
    }
    found
}

pub fn master(tables: &[&LinkStateTable]) -> Vec<Hit> {
    let mut found = Vec::new();
    for group in groups(tables) {
        for member in group.members.iter().filter(|member| member.connected == Some(false)) {
            let (server, id) = (shown(member.id), shown(group.id));
            let detail = format!("Server {server} is not connected to the master of routing group {id}.");
            found.push(Hit::new(member.span, [server, id], detail));
        }
        if let Some(master) = group.master
            && !group.members.is_empty()
            && group.members.iter().all(|member| member.id != master)
        {
            let (server, id) = (shown(master), shown(group.id));
            let detail = format!("The master of routing group {id}, server {server}, is none of its members.");
            found.push(Hit::new(group.span, [server, id], detail));
        }
    }
    found
}

/// The entries of each group in all tables that were read to their end.
fn by_group<'a>(tables: &[&'a LinkStateTable]) -> Vec<Vec<&'a LinkStateGroup>> {
    let mut found: BTreeMap<LinkStateId, Vec<&'a LinkStateGroup>> = BTreeMap::new();
    for group in tables.iter().filter(|table| table.complete).flat_map(|table| &table.groups) {
        found.entry(group.id).or_default().push(group);
    }
    found.into_values().collect()
}

pub fn disagreement(tables: &[&LinkStateTable]) -> Vec<Hit> {
    let whole: Vec<&LinkStateTable> = tables.iter().copied().filter(|table| table.complete).collect();
    let digests: BTreeSet<String> = whole.iter().map(|table| table.digest.value.to_lowercase()).gather();
    let Some(first) = whole.first().filter(|_| digests.len() > 1) else { return Vec::new() };
    let mut majors = Vec::new();
    for entries in by_group(tables) {
        let seen: BTreeSet<u32> = entries.iter().filter_map(|group| Some(group.major.as_ref()?.value)).gather();
        if let Some(group) = entries.first().filter(|_| seen.len() > 1) {
            majors.push(format!("{} ({})", shown(group.id), listed(seen)));
        }
    }
    let tail = if majors.is_empty() {
        String::new()
    } else {
        format!(" The major version differs for routing group {}.", listed(majors))
    };
    let detail = format!("{} tables have {} different digests.{tail}", whole.len(), digests.len());
    let hit = Hit::new(first.digest.span, digests, detail);
    vec![if tail.is_empty() { hit.weighs(Weight::Info) } else { hit }]
}

pub fn oscillation(tables: &[&LinkStateTable]) -> Vec<Hit> {
    let mut found = Vec::new();
    for entries in by_group(tables) {
        let minor = |group: &LinkStateGroup| group.minor.as_ref().map_or(0, |minor| minor.value);
        let (Some(low), Some(high)) =
            (entries.iter().min_by_key(|group| minor(group)), entries.iter().max_by_key(|group| minor(group)))
        else {
            continue;
        };
        let major = high.major.as_ref().map_or(0, |major| major.value);
        let (changes, id) = (minor(high), shown(high.id));
        let span = high.minor.as_ref().map_or(high.span, |minor| minor.span);
        let grown = changes - minor(low);
        let same_major = low.major.as_ref().map(|major| major.value) == high.major.as_ref().map(|major| major.value);
        if changes >= MANY_CHANGES && changes / 10 >= major.max(1) {
            let detail = format!(
                "Links of routing group {id} went up or down {changes} times, for {major} changes by administrators."
            );
            found.push(Hit::new(span, [id], detail));
        } else if grown >= MANY_CHANGES && same_major {
            let detail =
                format!("Between two tables the links of routing group {id} went up or down {grown} times more.");
            found.push(Hit::new(span, [id], detail));
        }
    }
    found
}

pub fn empty_group(tables: &[&LinkStateTable]) -> Vec<Hit> {
    // The last group of a table that was cut off may have lost its members.
    let whole: Vec<&LinkStateTable> = tables.iter().copied().filter(|table| table.complete).collect();
    groups(&whole)
        .filter(|group| group.members.is_empty())
        .map(|group| {
            let id = shown(group.id);
            Hit::new(group.span, [id.clone()], format!("Routing group {id} has no servers."))
        })
        .collect()
}

pub fn many_restrictions(tables: &[&LinkStateTable]) -> Vec<Hit> {
    groups(tables)
        .flat_map(|group| &group.connectors)
        .filter(|connector| connector.restrictions >= MANY_RESTRICTIONS)
        .map(|connector| {
            let name = name_of(connector);
            let detail = format!("Connector {name} lists {} senders in its restrictions.", connector.restrictions);
            Hit::new(connector.span, [name], detail)
        })
        .collect()
}

pub fn one_way(tables: &[&LinkStateTable]) -> Vec<Hit> {
    let mut found = Vec::new();
    for table in tables.iter().filter(|table| table.complete) {
        let known: BTreeSet<LinkStateId> = table.groups.iter().map(|group| group.id).gather();
        let target = |connector: &LinkStateConnector| {
            Some(LinkStateId(Uuid::parse_str(connector.target_group.as_deref()?.trim()).ok()?))
        };
        let ways: BTreeSet<(LinkStateId, LinkStateId)> = table
            .groups
            .iter()
            .flat_map(|group| group.connectors.iter().filter_map(move |c| Some((group.id, target(c)?))))
            .gather();
        for group in &table.groups {
            for connector in &group.connectors {
                let Some(to) = target(connector) else { continue };
                let name = name_of(connector);
                let detail = if !known.contains(&to) {
                    format!("Connector {name} leads to routing group {}, which the table does not have.", shown(to))
                } else if !ways.contains(&(to, group.id)) {
                    let (a, b) = (shown(group.id), shown(to));
                    format!("Connector {name} leads from routing group {a} to {b}, and none leads back.")
                } else {
                    continue;
                };
                found.push(Hit::new(connector.span, [name, shown(to)], detail));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{SourceId, Span};
    use crate::model::Located;
    use crate::model::link_state::{LinkStateBridgehead, LinkStateMember};
    use crate::tools::routing_lint::lint_link_state;

    fn span() -> Span {
        Span::file(SourceId(0))
    }

    fn id(number: u128) -> LinkStateId {
        LinkStateId(Uuid::from_u128(number))
    }

    fn connector(number: u128, to: u128) -> LinkStateConnector {
        LinkStateConnector {
            span: span(),
            id: id(number),
            kind: Some("SMTP".to_owned()),
            target_group: (to > 0).then(|| id(to).0.simple().to_string()),
            legacy_dn: Some(format!("/o=Contoso/cn=Connections/cn=C{number}")),
            restrictions: 0,
            address_spaces: Vec::new(),
            bridgeheads: vec![LinkStateBridgehead {
                span: span(),
                id: id(90),
                state: Some("CONN_AVAIL".to_owned()),
                fqdn: Some("ex1.contoso.test".to_owned()),
            }],
            target_bridgeheads: Vec::new(),
            up: Some(Located::new(true, span())),
        }
    }

    fn group(number: u128, connectors: Vec<LinkStateConnector>) -> LinkStateGroup {
        let version = |value: u32| Some(Located::new(value, span()));
        LinkStateGroup {
            span: span(),
            id: id(number),
            master: Some(id(number + 10)),
            major: version(10),
            minor: version(12),
            user: version(3),
            smtp_address: None,
            x400_address: None,
            x500_address: None,
            members: vec![LinkStateMember { span: span(), id: id(number + 10), connected: Some(true), build: None }],
            connectors,
        }
    }

    /// Two groups joined both ways; the first sends to the Internet.
    fn healthy() -> LinkStateTable {
        LinkStateTable {
            span: span(),
            digest: Located::new("aa".to_owned(), span()),
            complete: true,
            groups: vec![group(1, vec![connector(31, 0), connector(32, 2)]), group(2, vec![connector(33, 1)])],
        }
    }

    fn after(change: impl FnOnce(&mut LinkStateTable)) -> Vec<String> {
        let mut table = healthy();
        change(&mut table);
        shown(&[&table])
    }

    fn shown(tables: &[&LinkStateTable]) -> Vec<String> {
        lint_link_state(tables).iter().map(|lint| format!("{} {:?} {}", lint.id, lint.weight, lint.detail)).collect()
    }

    /// An identifier as the directory prints it.
    fn dashed(number: u128) -> String {
        super::shown(id(number))
    }

    #[test]
    fn healthy_tables_give_nothing() {
        assert_eq!(shown(&[&healthy()]), Vec::<String>::new());
        assert_eq!(shown(&[&healthy(), &healthy()]), Vec::<String>::new());
    }

    #[test]
    fn each_check_fires() {
        assert_eq!(
            after(|t| t.groups[0].connectors[0].up = Some(Located::new(false, span()))),
            ["LS1 Medium Connector C31 is down."]
        );
        assert_eq!(
            after(|t| t.groups[0].connectors[0].bridgeheads[0].state = Some("VS_NOT_STARTED".to_owned())),
            ["LS1 Medium No bridgehead server of connector C31 is available: ex1.contoso.test VS_NOT_STARTED."]
        );
        assert_eq!(
            after(|t| t.groups[1].members[0].connected = Some(false)),
            [format!(
                "LS2 Medium Server {} is not connected to the master of routing group {}.",
                dashed(12),
                dashed(2)
            )]
        );
        assert_eq!(
            after(|t| t.groups[1].master = Some(id(99))),
            [format!(
                "LS2 Medium The master of routing group {}, server {}, is none of its members.",
                dashed(2),
                dashed(99)
            )]
        );
        assert_eq!(
            after(|t| t.groups[0].minor = Some(Located::new(1265, span()))),
            [format!(
                "LS4 Low Links of routing group {} went up or down 1265 times, for 10 changes by administrators.",
                dashed(1)
            )]
        );
        assert_eq!(
            after(|t| t.groups[1].members.clear()),
            [format!("LS5 Low Routing group {} has no servers.", dashed(2))]
        );
        assert_eq!(
            after(|t| t.groups[0].connectors[0].restrictions = 4_000),
            ["LS6 Info Connector C31 lists 4000 senders in its restrictions."]
        );
        assert_eq!(
            after(|t| t.groups[1].connectors.clear()),
            [format!(
                "LS7 Low Connector C32 leads from routing group {} to {}, and none leads back.",
                dashed(1),
                dashed(2)
            )]
        );
        assert_eq!(
            after(|t| drop(t.groups.remove(1))),
            [format!("LS7 Low Connector C32 leads to routing group {}, which the table does not have.", dashed(2))]
        );
    }

    #[test]
    fn two_tables_are_compared() {
        let mut later = healthy();
        later.digest.value = "bb".to_owned();
        assert_eq!(shown(&[&healthy(), &later]), ["LS3 Info 2 tables have 2 different digests."]);
        later.groups[0].major = Some(Located::new(11, span()));
        assert_eq!(
            shown(&[&healthy(), &later]),
            [format!(
                "LS3 Low 2 tables have 2 different digests. The major version differs for routing group {} (10 and 11).",
                dashed(1)
            )]
        );
        let (mut before, mut later) = (healthy(), healthy());
        before.groups[0].major = Some(Located::new(500, span()));
        later.groups[0].major = before.groups[0].major.clone();
        later.groups[0].minor = Some(Located::new(212, span()));
        assert_eq!(
            shown(&[&before, &later]),
            [format!(
                "LS4 Low Between two tables the links of routing group {} went up or down 200 times more.",
                dashed(1)
            )]
        );
        // A table that was cut off has lost groups, so it is not compared.
        later.complete = false;
        assert_eq!(shown(&[&before, &later]), Vec::<String>::new());
    }
}
