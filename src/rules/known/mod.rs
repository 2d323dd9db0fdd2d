//! Rules that are rows of tables: one event or one reply, and one explanation.
//!
//! The rows of the program are in `knowledge`; a site can bring its own (`*.queuescope.tsv`), which are marked as
//! such in every finding. A row has no conditions beside its alternatives, so these checks only match, count and
//! fill in names.

mod ends;
mod event;
mod fill;
mod reply;
mod settled;

use std::borrow::Cow;
use std::sync::LazyLock;

use super::discovery::{Discovery, Proof};
use super::{Area, Check, Input, RowOrigin, Rule, Verdict, Words};
use crate::facts::Facts;
use crate::knowledge::known;
use crate::model::known_row::{KnownKind, KnownRow, Standing};
use crate::report::{Confidence, Role, Severity};

/// The rules that the tables of the program give.
pub(in crate::rules) static BUILT_IN: LazyLock<Vec<Rule<'static>>> =
    LazyLock::new(|| known::all().iter().map(|row| rule(row, RowOrigin::BuiltIn)).collect());

/// A row as a rule.
pub(in crate::rules) fn rule(row: &KnownRow, origin: RowOrigin) -> Rule<'_> {
    let inputs: &'static [Input] = match row.kind {
        KnownKind::Event => &[Input::Events],
        KnownKind::Reply => &[Input::Queues],
    };
    let helps: &'static [Input] = match row.kind {
        KnownKind::Event => &[],
        KnownKind::Reply => {
            &[Input::Messages, Input::Reports, Input::Tracking, Input::ProtocolLogs, Input::ConnectivityLogs]
        }
    };
    Rule {
        id: &row.id,
        title: &row.title,
        area: Area::of_word(&row.area).unwrap_or(Area::Queue),
        severity: severity(row).unwrap_or(Severity::Info),
        role: role(row),
        versions: row.versions,
        needs: inputs,
        helps,
        explains: Words::Read(&row.explains),
        sources: Words::Read(&row.references),
        text: Cow::Owned(text(row)),
        check: Check::Row(row, origin),
    }
}

/// How bad a row is; `None` for a note, which only explains.
pub(in crate::rules) fn severity(row: &KnownRow) -> Option<Severity> {
    Some(match row.severity.as_str() {
        "critical" => Severity::Critical,
        "high" => Severity::High,
        "medium" => Severity::Medium,
        "low" => Severity::Low,
        "info" => Severity::Info,
        _ => return None,
    })
}

fn role(row: &KnownRow) -> Role {
    match row.role.as_str() {
        "cause" => Role::Cause,
        "symptom" => Role::Symptom,
        _ => Role::Context,
    }
}

fn confidence(row: &KnownRow) -> Confidence {
    match row.standing {
        Standing::Documented | Standing::Observed => Confidence::Confirmed,
        Standing::Inferred => Confidence::Likely,
    }
}

/// The texts of a row under the headings that all rules have.
fn text(row: &KnownRow) -> String {
    let mut symptoms = match row.kind {
        KnownKind::Event => {
            let ids: Vec<String> = row.events.iter().map(u16::to_string).collect();
            format!("Event {} of {}", ids.join(", "), row.sources.join(" or "))
        }
        KnownKind::Reply if row.replies.is_empty() => "A reply".to_owned(),
        KnownKind::Reply => {
            let codes: Vec<String> = row.replies.iter().map(ToString::to_string).collect();
            format!("The reply {}", codes.join(" or "))
        }
    };
    if !row.phrases.is_empty() {
        let phrases: Vec<String> = row.phrases.iter().map(|phrase| format!("`{phrase}`")).collect();
        symptoms += &format!(" with {}", phrases.join(" or "));
    }
    // No evidence, no names: sentences leave them open, commands say what belongs there.
    let nobody = fill::Names::default();
    let open = fill::Names::open(row);
    let steps: String = (1..)
        .zip(&row.steps)
        .map(|(number, step)| {
            let command = step.command.as_ref().map(|command| format!(" `{}`", nobody.command(command)));
            format!("{number}. {}{}\n", open.sentence(&step.text), command.unwrap_or_default())
        })
        .collect();
    let standing = match row.standing {
        Standing::Documented => "",
        Standing::Observed => "The identifier is known from the product; no article of Microsoft describes it.",
        Standing::Inferred => "Not confirmed by a primary source, so it is likely at most.",
    };
    format!(
        "# Symptoms\n{symptoms}. {}.\n\n# Cause\n{}\n\n# Resolution\n{steps}\n# More information\n{} {standing}\n",
        open.sentence(&row.statement),
        open.sentence(&row.cause),
        open.sentence(&row.verify)
    )
}

/// Checks a row.
pub(in crate::rules) fn verdict(row: &KnownRow, origin: RowOrigin, facts: &Facts) -> Verdict {
    if severity(row).is_none() {
        return Verdict::NotApplicable;
    }
    let found = match row.kind {
        KnownKind::Event => event::check(row, facts),
        KnownKind::Reply => reply::check(row, facts),
    };
    let Some(mut found) = found else { return Verdict::NotApplicable };
    if let RowOrigin::Site(span) = origin {
        mark_as_of_site(&mut found, row, span);
    }
    Verdict::Found(vec![found])
}

fn mark_as_of_site(found: &mut Discovery, row: &KnownRow, span: crate::base::source::Span) {
    let proof = Proof::new(span, "The row of the site's own table that says so").mark([row.id.as_str()]);
    let place = found.cite(proof);
    found.held(format!("This is knowledge of the site: a row of its own table {place}, not of Queuescope."));
}
