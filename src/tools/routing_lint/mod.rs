//! Weaknesses of a routing table or a link state table: what stops mail already, what will when something
//! changes, and what surprises whoever reads the configuration.
//!
//! A check is one function and one row in [`CHECKS`] (or [`LINK_STATE_CHECKS`]). It looks at one table and
//! says where, which objects, and what exactly; title, meaning and remedy stand in the row. Checks use the
//! route calculator, so they agree with the routes that are shown.
//!
//! | left out | why |
//! |---|---|
//! | R02 | a recipient's store that is missing from the table: needs mailboxes; the rule `routing-mdb-missing` does it |
//! | R15, in part | links on one path with different limits: only what a connector takes shows which mail is meant |
//! | R37 | it holds a table against queues: the rule `routing-evidence-stale` does it |
//! | R43, R44 | they hold a table against queues: the rule `routing-table-lint` does it |
//! | R40, in part | fewer synchronized servers than the organization has: needs the table of a Hub server of the same day |
//! | LS3, in part | which of two tables is stale: a link state table shows neither its server nor its time |
//! | LS5, in part | objects that the directory no longer has: needs the directory |
//! | LS7, in part | loops: the states of two tables at different times make loops that never were |

mod connectors;
mod groups;
mod link_state;
mod registry;
mod servers;
mod sites;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::base::source::Span;
use crate::model::link_state::LinkStateTable;
use crate::model::routing::{ObjectRef, RoutingTable};
use crate::tools::route_calculator::RouteCalculator;
use crate::tools::route_calculator::external::ConnectorChoice;

pub use registry::{CHECKS, LINK_STATE_CHECKS};

/// How much a weakness matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Worth knowing; ordinary tables have it too.
    Info,
    /// Worth mending.
    Low,
    /// Stops mail under conditions that are likely to come, or some mail.
    Medium,
    /// Stops mail.
    High,
}

/// A weakness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Identifier of the check.
    pub id: &'static str,
    /// How much it matters.
    pub weight: Weight,
    /// What was found, without names.
    pub title: &'static str,
    /// What follows from it.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// What was found, with names and numbers; a sentence.
    pub detail: String,
    /// Where it stands.
    pub span: Span,
    /// The objects concerned, the first one foremost.
    pub names: Vec<String>,
}

/// What a check needs of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// It speaks only about what is there, so every table will do.
    Entry,
    /// It speaks about what is not there: an exact table of an organization, read to its end.
    Whole,
    /// It speaks about the choice of connectors: as [`Needs::Whole`], of the transport service.
    Transport,
    /// A whole table of an Edge server.
    Edge,
}

/// A check of routing tables.
pub struct Check {
    /// Identifier.
    pub id: &'static str,
    /// How much it matters, where a hit does not say otherwise.
    pub weight: Weight,
    /// What it finds, without names.
    pub title: &'static str,
    /// What follows.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// What it needs.
    pub needs: Needs,
    /// The check.
    pub run: fn(&Subject<'_>) -> Vec<Hit>,
}

/// A check of link state tables; it sees all of a case, since some compare two.
pub struct LinkStateCheck {
    /// Identifier.
    pub id: &'static str,
    /// How much it matters, where a hit does not say otherwise.
    pub weight: Weight,
    /// What it finds, without names.
    pub title: &'static str,
    /// What follows.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// The check.
    pub run: fn(&[&LinkStateTable]) -> Vec<Hit>,
}

/// What checks look at.
pub struct Subject<'a> {
    /// The table.
    pub table: &'a RoutingTable,
    /// Its routes.
    pub routes: &'a RouteCalculator<'a>,
    /// Its connectors.
    pub choice: &'a ConnectorChoice<'a, 'a>,
    /// Other tables of the case, of any server and time.
    pub others: &'a [&'a RoutingTable],
}

/// What a check found at one place.
pub struct Hit {
    span: Span,
    names: Vec<String>,
    detail: String,
    weight: Option<Weight>,
}

impl Hit {
    fn new(span: Span, names: impl IntoIterator<Item = impl ToString>, detail: impl Into<String>) -> Hit {
        let mut seen = BTreeSet::new();
        let names = names.into_iter().map(|name| name.to_string()).filter(|name| seen.insert(name.clone())).collect();
        Hit { span, names, detail: detail.into(), weight: None }
    }

    fn weighs(mut self, weight: Weight) -> Hit {
        self.weight = Some(weight);
        self
    }
}

/// The weaknesses of a table, in the order of [`CHECKS`]; `others` are the other tables of the case.
pub fn lint(table: &RoutingTable, others: &[&RoutingTable]) -> Vec<Lint> {
    let routes = RouteCalculator::new(table);
    let choice = ConnectorChoice::new(&routes);
    let subject = Subject { table, routes: &routes, choice: &choice, others };
    let mut found = Vec::new();
    for check in CHECKS.iter().filter(|check| suits(table, check.needs)) {
        found.extend((check.run)(&subject).into_iter().map(|hit| Lint {
            id: check.id,
            weight: hit.weight.unwrap_or(check.weight),
            title: check.title,
            meaning: check.meaning,
            remedy: check.remedy,
            detail: hit.detail,
            span: hit.span,
            names: hit.names,
        }));
    }
    found
}

/// The weaknesses of link state tables, in the order of [`LINK_STATE_CHECKS`].
pub fn lint_link_state(tables: &[&LinkStateTable]) -> Vec<Lint> {
    let mut found = Vec::new();
    for check in LINK_STATE_CHECKS {
        found.extend((check.run)(tables).into_iter().map(|hit| Lint {
            id: check.id,
            weight: hit.weight.unwrap_or(check.weight),
            title: check.title,
            meaning: check.meaning,
            remedy: check.remedy,
            detail: hit.detail,
            span: hit.span,
            names: hit.names,
        }));
    }
    found
}

fn suits(table: &RoutingTable, needs: Needs) -> bool {
    let is_edge = table.process.as_deref() == Some("Edge");
    let whole = table.exact && table.complete;
    match needs {
        Needs::Entry => true,
        Needs::Whole => whole && !is_edge && table.lists_servers,
        Needs::Transport => {
            whole && !is_edge && table.lists_servers && table.process.as_deref().is_none_or(|process| process == "Hub")
        }
        Needs::Edge => whole && is_edge,
    }
}

/// `A, B and C`, at most five.
fn listed(objects: impl IntoIterator<Item = impl ToString>) -> String {
    let mut names: Vec<String> = objects.into_iter().map(|object| object.to_string()).collect();
    names.dedup();
    let more = names.len().saturating_sub(5);
    if more > 0 {
        names.truncate(5);
        return format!("{} and {more} more", names.join(", "));
    }
    match names.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// The names of references.
fn names_of<'a>(objects: impl IntoIterator<Item = &'a ObjectRef>) -> Vec<String> {
    objects.into_iter().map(ToString::to_string).collect()
}
