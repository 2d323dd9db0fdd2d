//! Which connector takes mail to a domain: from the lists of send connectors, and from the routing tables of the servers, each by itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::accepted_domains;
use crate::base::gather::Gather as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::databases::local_name;
use crate::model::outbound_connector::OutboundConnector;
use crate::model::server::server_key;
use crate::tools::route_calculator::RouteCalculator;
use crate::tools::route_calculator::answer::Destination;
use crate::tools::send_connector_selector::{Selection, select};

/// Servers whose routing tables are asked at most.
const MOST_TABLES: usize = 20;

/// Where mail to a domain leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRoute {
    /// The domain.
    pub domain: String,
    /// The answer of the send connectors, in a sentence or two.
    pub statement: String,
    /// Whether a connector takes it, as far as the lists tell.
    pub is_taken: bool,
    /// Connectors that cover the domain, in the order of the choice.
    pub candidates: Vec<DomainCandidate>,
    /// What else decides.
    pub remarks: Vec<String>,
    /// What routing tables say.
    pub tables: Vec<TableRoute>,
}

/// A connector that covers the domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainCandidate {
    /// Its name.
    pub name: String,
    /// The address space.
    pub space: String,
    /// Its cost.
    pub cost: u32,
    /// Why it comes where it does.
    pub why: String,
    /// Whether it is chosen.
    pub wins: bool,
    /// Its row in the table of send connectors.
    pub row: Option<u32>,
}

/// What the routing table of a server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRoute {
    /// The server that wrote it.
    pub from: String,
    /// When, as far as it tells.
    pub written: String,
    /// The queue in which the mail would wait; empty when it is returned or cannot be told.
    pub queue: String,
    /// The reason, or the reply.
    pub reply: String,
    /// Sentences, in the order of the choices.
    pub reasons: Vec<String>,
}

/// The domain in what somebody typed: a domain or an address. None when there is none in it.
pub fn read_domain(text: &str) -> Option<String> {
    let domain = text.rsplit('@').next().unwrap_or(text).trim().trim_matches(['<', '>', '.']).to_lowercase();
    let is_domain =
        !domain.is_empty() && domain.len() <= 255 && !domain.contains(|c: char| c.is_whitespace() || c == '*');
    is_domain.then_some(domain)
}

/// Where mail to a domain leaves. `row` finds the row of a connector in its table.
pub fn route(facts: &Facts, domain: &str, row: &dyn Fn(Span) -> Option<u32>) -> DomainRoute {
    let connectors = each_once(facts);
    let selection = select(&connectors, domain);
    let name = |index: &usize| connectors.get(*index).map_or("", |connector| connector.name.value.as_str());
    let hidden: Vec<&str> = selection.hidden.iter().map(name).collect();
    let best = selection.matches.first().filter(|_| selection.first > 0);
    let candidates = selection.matches.iter().enumerate().map(|(at, one)| DomainCandidate {
        name: name(&one.index).to_owned(),
        space: one.space.clone(),
        cost: one.cost,
        why: why(&selection, at),
        wins: at < selection.first && hidden.is_empty(),
        row: connectors.get(one.index).and_then(|connector| row(connector.span)),
    });
    let winners: Vec<&str> = selection.matches.iter().take(selection.first).map(|one| name(&one.index)).collect();
    let statement = match (connectors.is_empty(), winners.as_slice()) {
        (true, _) => "The files show no send connectors.".to_owned(),
        _ if !hidden.is_empty() => format!(
            "Which connector takes mail to {domain} cannot be told: the file does not show all address spaces of {}.",
            hidden.join(", ")
        ),
        (_, []) => format!("No connector that is enabled takes mail to {domain}: it would wait as unreachable."),
        (_, [one]) => format!("{one} takes mail to {domain}."),
        (_, several) => format!(
            "{} have the same address space and cost: the one that is nearest to the sending server takes mail to {domain}.",
            several.join(" and ")
        ),
    };
    let mut remarks = accepted(facts, domain);
    if best.is_some_and(|best| best.scoped) {
        remarks
            .push("It is for servers of its own site only; others use the next one that covers the domain.".to_owned());
    }
    DomainRoute {
        domain: domain.to_owned(),
        statement,
        is_taken: best.is_some() && hidden.is_empty(),
        candidates: candidates.collect(),
        remarks,
        tables: tables(facts, domain),
    }
}

/// Connectors by their names, each once: two exports can show the same one, and then the later file counts.
fn each_once(facts: &Facts) -> Vec<&OutboundConnector> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let all = facts.settings.outbound_connectors.iter().rev();
    let mut connectors: Vec<&OutboundConnector> =
        all.filter(|connector| known.insert(connector.name.value.to_lowercase())).collect();
    connectors.reverse();
    connectors
}

fn why(selection: &Selection, at: usize) -> String {
    let (Some(one), Some(best)) = (selection.matches.get(at), selection.matches.first()) else { return String::new() };
    if !one.enabled {
        return "it is disabled".to_owned();
    }
    let first = at < selection.first;
    match (first, selection.first, selection.matches.iter().filter(|other| other.enabled).count()) {
        (true, _, 1) => "the only one that covers the domain".to_owned(),
        (true, 1, _) if selection.matches.iter().skip(1).any(|other| other.enabled && other.space == one.space) => {
            "lowest cost of the most specific address space".to_owned()
        }
        (true, 1, _) => "most specific address space".to_owned(),
        (true, _, _) => "same address space and cost as another one".to_owned(),
        (false, _, _) if one.space == best.space => "higher cost".to_owned(),
        (false, _, _) => "less specific address space".to_owned(),
    }
}

/// What it means when the organization accepts the domain itself.
fn accepted(facts: &Facts, domain: &str) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    for own in facts.settings.accepted_domains.iter().filter(|own| accepted_domains::covers(own, domain)) {
        let remark = accepted_domains::remark(own);
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
    remarks
}

/// The newest routing table of each server that wrote one.
fn tables(facts: &Facts, domain: &str) -> Vec<TableRoute> {
    let names: BTreeSet<Option<String>> = facts.databases.tables.iter().map(|t| local_name(t).map(server_key)).gather();
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    let newest = names.iter().filter_map(|name| facts.databases.newest_table(name.as_deref()));
    newest
        .filter(|table| seen.insert(table.span))
        .take(MOST_TABLES)
        .map(|table| {
            let answer = RouteCalculator::new(table).ask(Destination::Recipient { address: domain, size: 0 });
            TableRoute {
                from: answer.from,
                written: table.written.map(|written| written.to_string()).unwrap_or_default(),
                queue: answer.queue.unwrap_or_default(),
                reply: answer.reply.unwrap_or_default().to_owned(),
                reasons: answer.reasons,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tables::cases::case;

    #[test]
    fn the_most_specific_connector_takes_the_domain() {
        let analysis = case("healthy-2016-hybrid-connectors");
        let all = analysis.table("send-connectors").unwrap();
        let spaces: Vec<String> = all.rows.iter().map(|row| row.cells[2].text()).collect();
        let any = analysis.domain_route("Nobody@unheard.example").unwrap();
        assert!(any.is_taken && any.candidates[0].wins, "{any:?}");
        assert_eq!(any.candidates[0].space, "*");
        assert!(any.candidates[0].row.is_some());
        let specific = spaces.iter().find(|space| !space.contains('*')).unwrap();
        let own = analysis.domain_route(specific).unwrap();
        assert_eq!(own.candidates[0].space, specific.to_lowercase());
        assert!(own.candidates.iter().skip(1).all(|candidate| !candidate.wins), "{own:?}");
        assert!(own.candidates.last().unwrap().why.contains("less specific"), "{own:?}");
    }

    #[test]
    fn routing_tables_are_asked_each_by_itself() {
        let analysis = case("routing-table-weaknesses");
        let answer = analysis.domain_route("fabrikam.example").unwrap();
        assert!(!answer.tables.is_empty());
        assert!(answer.tables.iter().all(|table| !table.reasons.is_empty() || !table.reply.is_empty()), "{answer:?}");
    }

    #[test]
    fn a_disabled_connector_takes_nothing() {
        let analysis = case("connector-to-the-internet-disabled");
        let answer = analysis.domain_route("fabrikam.example").unwrap();
        if !answer.candidates.is_empty() {
            assert!(answer.candidates.iter().all(|candidate| !candidate.wins || candidate.why != "it is disabled"));
        }
        assert!(answer.statement.ends_with('.'));
    }

    #[test]
    fn what_is_no_domain_is_not_asked() {
        for text in ["", "a b", "*", " @ "] {
            assert_eq!(read_domain(text), None, "{text}");
        }
        assert_eq!(read_domain("<Anna@Contoso.com>").as_deref(), Some("contoso.com"));
    }
}
