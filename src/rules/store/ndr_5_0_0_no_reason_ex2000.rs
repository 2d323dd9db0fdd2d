//! A report 5.0.0 without a reason, of Exchange 2000 or 2003.

use super::store_call::missing_log;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::ndr::{NdrRecipient, NonDeliveryReport};
use crate::model::smtp_reply::LastError;
use crate::model::version::ExchangeVersion;
use crate::report::{Confidence, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::own::Own;

declare_rule! {
    /// # Symptoms
    /// Senders get reports with `#5.0.0`: the e-mail system was unable to deliver the message, but did not report a specific reason.
    ///
    /// # Cause
    /// A general failure. With event 327 (-1017, -1310) the database is damaged; with event 1706 the servers do not authenticate each
    /// other; alone it does not tell.
    ///
    /// # Resolution
    /// 1. Set diagnostic logging of MSExchangeTransport to Maximum, send a test message, and look for events 327 and 1706.
    ///
    /// # More information
    /// The events are only written at the highest level of logging, so their absence proves nothing. Servers of others write 5.0.0 beside any
    /// refusal; there the text of their reply counts.
    id: "ndr-5-0-0-no-reason-ex2000",
    title: "Reports 5.0.0 without a reason come back",
    area: Store,
    severity: Medium,
    role: Symptom,
    versions: V2000..=V2003,
    needs: [Reports],
    helps: [Events],
    explains: [],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/328671"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let own = Own::of(facts);
    let (mut ours, mut foreign) = (Vec::new(), Vec::new());
    for report in &facts.reports {
        let is_it = |recipient: &&NdrRecipient| recipient.status.as_ref().is_some_and(|s| s.value.trim() == "5.0.0");
        let Some(recipient) = report.recipients.iter().find(is_it) else { continue };
        let Some(span) = recipient.status.as_ref().map(|status| status.span) else { continue };
        let server = report.generating_server.as_ref().or(report.reporting_mta.as_ref());
        let server = server.map(|server| server.value.clone());
        match other_server(facts, &own, report, recipient) {
            Some(other) => foreign.push((span, Some(other))),
            None => ours.push((span, server)),
        }
    }
    let mut findings = Vec::new();
    if !ours.is_empty() {
        findings.push(of_own(facts, ours));
    }
    if !foreign.is_empty() {
        findings.push(of_others(foreign));
    }
    if findings.is_empty() { Verdict::NotApplicable } else { Verdict::Found(findings) }
}

/// The server that gave the status, where it is certain that it is no Exchange 2000 or 2003 of the organization: a name of another one,
/// a later version, or a reply with words of its own, which these versions do not have beside 5.0.0.
fn other_server(facts: &Facts, own: &Own, report: &NonDeliveryReport, recipient: &NdrRecipient) -> Option<String> {
    let by = recipient.remote_mta.as_ref().or(report.generating_server.as_ref()).or(report.reporting_mta.as_ref())?;
    let by = by.value.trim().trim_matches(['<', '>', '"']).split([' ', '(']).next().unwrap_or("").to_owned();
    let is_newer = facts.servers.version(&by).is_some_and(|version| version >= ExchangeVersion::V2007);
    let words = recipient.diagnostic_code.as_ref().map(|text| LastError::read(&text.value).reply);
    let is_reply = !own.has_name(&by) && words.is_some_and(|reply| reply.code.is_some());
    (is_newer || is_reply || own.is_foreign_name(&by)).then_some(by)
}

fn cite(found: &mut Discovery, reports: &[(Span, Option<String>)]) -> String {
    let why = "5.0.0 is a permanent failure without a reason.";
    let proofs = reports.iter().take(3).map(|(span, _)| Proof::new(*span, "The status of a recipient"));
    proofs.map(|proof| found.cite(proof.mark(["5.0.0"]).why(why))).collect()
}

/// `A message came`, `3 messages came`.
fn came(number: usize) -> String {
    if number == 1 { "A message came".to_owned() } else { format!("{} came", count(number as u64, "message")) }
}

fn of_own(facts: &Facts, reports: Vec<(Span, Option<String>)>) -> Discovery {
    // What it means is only known beside the events.
    let known = facts.events_of("MSExchangeTransport", &[327, 1706]).next().is_some();
    let mut found = Discovery::new(if known { Confidence::Confirmed } else { Confidence::Possible });
    let places = cite(&mut found, &reports);
    let number = reports.len();
    let mut servers: Vec<String> = reports.into_iter().filter_map(|(_, server)| server).collect();
    servers.dedup();
    found.statement = format!(
        "{} back from {} with 5.0.0, which names no reason {places}.",
        came(number),
        if servers.is_empty() { "a server that the report does not name".to_owned() } else { listed(&servers, 3) }
    );
    found.affects(servers);
    found.step(
        "In Exchange System Manager set Diagnostics Logging of MSExchangeTransport to Maximum on that server, send a test message, and look \
         for events 327 and 1706 of MSExchangeTransport.",
    );
    found.verify.push("A test message to the same recipient arrives.".to_owned());
    if !known {
        found.unknown("Why: without events 327 and 1706, which are only written at the highest level of logging, the report does not tell.");
        found.missing.push(missing_log());
    }
    found
}

/// Many servers write 5.0.0 beside any refusal, and what they mean stands in their reply.
fn of_others(reports: Vec<(Span, Option<String>)>) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    found.severity = Some(Severity::Info);
    found.role = Some(Role::Context);
    let places = cite(&mut found, &reports);
    let number = reports.len();
    let servers = distinct(reports.into_iter().filter_map(|(_, server)| server));
    found.statement = format!(
        "{} back with 5.0.0, and the server that refused, {}, is no Exchange 2000 or 2003 of this organization {places}.",
        came(number),
        listed(&servers, 3)
    );
    found.affects(servers);
    found.held("Other servers write 5.0.0 beside any refusal. Their reason is the text of their reply, not a fault of an own store.");
    found.step("Read the reply of that server in the report, and ask those who run it if it says too little.");
    found
}
