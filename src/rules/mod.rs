//! Layer 5: facts become verdicts. One file per rule, grouped by the area where the cause lies.
//!
//! A rule file holds everything about its rule: identifier, texts (Symptoms, Cause, Resolution, More
//! information), needs, sources, the check and its tests. [`declare_rule!`] turns the documentation
//! comment into the text that readers see. Rules never read each other's verdicts; a cause names the
//! rules it can [`Rule::explains`], and the analysis ties the two together.
//!
//! To add a rule: write one file with a `RULE` in the folder of its area, add its two lines to the
//! registry of that folder, and a case to `tests/cases/` that confirms it and one that must not.

#[macro_use]
mod declare;
mod before;
pub mod discovery;
mod known;
mod logged;
mod own;
mod past;
mod refused;
mod searching;
mod waiting;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod agents;
mod authentication;
mod certificates;
mod connections;
mod directory;
mod hybrid;
mod mta;
mod permissions;
mod queue;
mod recipients;
mod relay;
mod resources;
mod routing;
mod service;
mod store;

/// The areas and their rules.
static AREAS: &[&[&Rule]] = &[
    agents::RULES,
    authentication::RULES,
    certificates::RULES,
    connections::RULES,
    directory::RULES,
    hybrid::RULES,
    mta::RULES,
    permissions::RULES,
    queue::RULES,
    recipients::RULES,
    relay::RULES,
    resources::RULES,
    routing::RULES,
    service::RULES,
    store::RULES,
];
// registry:end

pub(crate) use authentication::{exchange_auth, release};
pub use before::note_before;
pub use declare::{Area, Check, Input, RowOrigin, Rule, Words};
pub use discovery::{Discovery, Proof, Share, Verdict};
pub use past::note_past_reports;
pub(crate) use permissions::required;

/// All rules that are written in Rust, by area and id.
pub fn all() -> impl Iterator<Item = &'static Rule<'static>> {
    AREAS.iter().flat_map(|rules| rules.iter().copied())
}

/// All rules that are rows of the tables of this program, by table and row.
pub fn rows() -> &'static [Rule<'static>] {
    &known::BUILT_IN
}

/// The rules that a site brought with its evidence.
pub fn of_site(facts: &crate::facts::Facts) -> Vec<Rule<'_>> {
    facts.site_rows.iter().map(|row| known::rule(&row.value, RowOrigin::Site(row.span))).collect()
}

/// All rules for a case: those of the program, then those of the site.
pub fn every<'a>(of_site: &'a [Rule<'a>]) -> impl Iterator<Item = &'a Rule<'a>> {
    all().chain(rows()).map(|rule| -> &'a Rule<'a> { rule }).chain(of_site)
}
