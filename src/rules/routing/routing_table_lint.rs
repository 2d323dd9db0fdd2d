//! Weaknesses of the newest routing tables and of link state tables, one finding for each kind.

use std::collections::{BTreeMap, BTreeSet};

use super::lookup::needed;
use super::queues_beside_table;
use super::unreachable::unreachable;
use crate::base::gather::Gather as _;
use crate::facts::Facts;
use crate::facts::databases::local_name;
use crate::model::link_state::LinkStateTable;
use crate::model::routing::RoutingTable;
use crate::model::server::server_key;
use crate::model::smtp_reply::UnreachableReason::NoRouteToMdb;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count};
use crate::tools::routing_lint::{Lint, Weight, lint, lint_link_state};

declare_rule! {
    /// # Symptoms
    /// The newest routing table of a server, or a link state table of Exchange 2000 and 2003, holds objects that routing
    /// passes over, or that will stop or divert mail when something changes.
    ///
    /// # Cause
    /// What an organization leaves behind over the years: removed servers that are still named, site links that lead
    /// nowhere, connectors that lost their source servers, limits that contradict each other.
    ///
    /// # Resolution
    /// 1. Read what each finding means. What is marked as information may well be meant.
    /// 2. Correct the object that is named.
    /// 3. Wait for the next routing table, at least every 12 hours, or restart the transport service, and drop the new
    ///    table here.
    ///
    /// # More information
    /// Tables of Exchange 2013 and later hold what routing starts from, so the routes are worked out again from the view of
    /// the server that wrote the table; another server may see other paths. Of tables of Exchange 2007 and 2010 only few
    /// checks are made.
    id: "routing-table-lint",
    title: "The routing configuration has weak places",
    area: Routing,
    severity: Low,
    role: Context,
    versions: V2000..=Se,
    needs: [RoutingTables],
    helps: [],
    explains: [],
    sources: ["https://learn.microsoft.com/exchange/mail-flow/mail-routing/mail-routing"],
    check: check,
}

/// Names shown of one kind.
const SHOWN: usize = 5;

fn check(facts: &Facts) -> Verdict {
    let mut lints: Vec<Lint> = Vec::new();
    let newest = newest_tables(facts);
    for table in &newest {
        let others: Vec<&RoutingTable> = newest
            .iter()
            .copied()
            .filter(|t| t.span != table.span)
            .chain(facts.databases.older_tables(table))
            .collect();
        lints.extend(lint(table, &others));
        lints.extend(queues_beside_table::lints(facts, table));
    }
    let told = Told::new(facts);
    lints.retain(|lint| !told.covers(lint));
    let link_states: Vec<&LinkStateTable> = facts.link_states.iter().collect();
    lints.extend(lint_link_state(&link_states));
    // Tables of several servers hold the same objects.
    let mut seen = BTreeSet::new();
    let mut kinds: BTreeMap<&'static str, Vec<Lint>> = BTreeMap::new();
    for lint in lints {
        if seen.insert((lint.id, lint.detail.clone())) {
            kinds.entry(lint.id).or_default().push(lint);
        }
    }
    let found: Vec<Discovery> = kinds.into_values().filter_map(|lints| finding(&lints)).collect();
    if found.is_empty() { Verdict::NotApplicable } else { Verdict::Found(found) }
}

/// The newest table of each server, and the newest of Edge servers, which do not say who they are.
pub(super) fn newest_tables(facts: &Facts) -> Vec<&RoutingTable> {
    let servers: BTreeSet<Option<String>> =
        facts.databases.tables.iter().map(|table| local_name(table).map(server_key)).gather();
    let mut found: Vec<&RoutingTable> = Vec::new();
    for server in servers {
        // Without a name `newest_table` would give the newest of all.
        let table = match &server {
            Some(_) => facts.databases.newest_table(server.as_deref()),
            None => newest(facts, |table| table.process.as_deref() != Some("Edge")),
        };
        found.extend(table.filter(|table| local_name(table).map(server_key) == server));
    }
    found.extend(newest(facts, |table| table.process.as_deref() == Some("Edge")));
    found
}

fn newest(facts: &Facts, wanted: impl Fn(&RoutingTable) -> bool) -> Option<&RoutingTable> {
    let of_transport = |t: &&RoutingTable| t.process.as_deref().is_none_or(|p| matches!(p, "Hub" | "Edge"));
    let tables = facts.databases.tables.iter().filter(of_transport).filter(|t| local_name(t).is_none() && wanted(t));
    tables.max_by_key(|t| (t.written.map(|w| w.at), std::cmp::Reverse(t.span)))
}

/// The databases without a route of which the rule for them speaks already.
enum Told {
    /// All of them.
    All,
    /// Those that waiting mail needs, in lower case.
    These(BTreeSet<String>),
}

impl Told {
    fn new(facts: &Facts) -> Told {
        let hits = unreachable(facts, NoRouteToMdb);
        let mut names = BTreeSet::new();
        for hit in &hits {
            let needed = needed(facts, hit).databases;
            if needed.is_empty() {
                return Told::All;
            }
            let name = |reference: &str| {
                let known = facts.databases.database(reference).map(|database| database.name.value.clone());
                known.unwrap_or_else(|| crate::model::database::database_name(reference).to_owned()).to_lowercase()
            };
            names.extend(needed.iter().map(|(reference, _)| name(reference)));
        }
        let whole = |table: &RoutingTable| table.exact && table.complete;
        let without_mail = hits.is_empty() && facts.databases.newest_table(None).is_some_and(whole);
        if without_mail { Told::All } else { Told::These(names) }
    }

    fn covers(&self, lint: &Lint) -> bool {
        if !matches!(lint.id, "R01" | "R03" | "R04") {
            return false;
        }
        match self {
            Told::All => true,
            Told::These(names) => lint.names.first().is_some_and(|name| names.contains(&name.to_lowercase())),
        }
    }
}

/// One finding for all hits of a check.
fn finding(lints: &[Lint]) -> Option<Discovery> {
    let first = lints.first()?;
    let mut found = Discovery::new(Confidence::Confirmed);
    let weight = lints.iter().map(|lint| lint.weight).max().unwrap_or(Weight::Info);
    found.severity = Some(if weight == Weight::Info { Severity::Info } else { Severity::Low });
    let mut named: Vec<String> = Vec::new();
    for lint in lints.iter().take(SHOWN) {
        let proof = Proof::new(lint.span, lint.detail.trim_end_matches('.')).mark(lint.names.clone()).why(lint.meaning);
        let cite = found.cite(proof);
        named.push(format!("{} {cite}", lint.names.first().map_or("the table", String::as_str)));
        found.affects(lint.names.iter().take(SHOWN).cloned());
    }
    let more = lints.len().saturating_sub(SHOWN);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    found.statement = format!("{}: {}{tail}. {}", first.title, named.join(", "), first.meaning);
    let objects = lints.iter().filter_map(|lint| lint.names.first()).gather::<BTreeSet<_>>().len();
    if objects > 1 {
        found.effect("Objects concerned", count(objects as u64, "object"));
    }
    found.step(first.remedy);
    let kind = if first.id.starts_with("LS") { "link state table" } else { "routing table" };
    found.verify.push(format!("A newer {kind} does not show it any more."));
    Some(found)
}
