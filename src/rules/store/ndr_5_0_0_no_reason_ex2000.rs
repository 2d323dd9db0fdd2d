//! A report 5.0.0 without a reason, of Exchange 2000 or 2003.

use super::store_call::missing_log;
use crate::facts::Facts;
use crate::model::Located;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed};

declare_rule! {
    /// # Symptoms
    /// Senders get reports with `#5.0.0`: the e-mail system was unable to deliver the message, but did not report a specific reason.
    ///
    /// # Cause
    /// A general failure. With event 327 (-1017, -1310) the database is damaged; with event 1706 the servers do not authenticate each
    /// other; alone it does not tell.
    ///
    /// # Resolution
    /// Set diagnostic logging of MSExchangeTransport to Maximum, send a test message, and look for events 327 and 1706.
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
    let mut found = Discovery::new(Confidence::Possible);
    let (mut places, mut reports, mut servers) = (String::new(), 0, Vec::new());
    for report in &facts.reports {
        let own =
            |status: &Option<Located<String>>| status.as_ref().filter(|s| s.value.trim() == "5.0.0").map(|s| s.span);
        let Some(span) = report.recipients.iter().find_map(|recipient| own(&recipient.status)) else { continue };
        reports += 1;
        let server = report.generating_server.as_ref().or(report.reporting_mta.as_ref());
        servers.extend(server.map(|server| server.value.clone()));
        if reports <= 3 {
            let why = "5.0.0 is a permanent failure without a reason.";
            places += &found.cite(Proof::new(span, "The status of a recipient").mark(["5.0.0"]).why(why));
        }
    }
    if reports == 0 {
        return Verdict::NotApplicable;
    }
    servers.dedup();
    found.statement = format!(
        "{} back from {} with 5.0.0, which names no reason {places}.",
        if reports == 1 { "A message came".to_owned() } else { format!("{} came", count(reports, "message")) },
        if servers.is_empty() { "a server that the report does not name".to_owned() } else { listed(&servers, 3) }
    );
    found.affects(servers);
    found.step(
        "In Exchange System Manager set Diagnostics Logging of MSExchangeTransport to Maximum on that server, send a test message, and look \
         for events 327 and 1706 of MSExchangeTransport.",
    );
    found.verify.push("A test message to the same recipient arrives.".to_owned());
    if facts.events_of("MSExchangeTransport", &[327, 1706]).next().is_none() {
        found.unknown("Why: without events 327 and 1706, which are only written at the highest level of logging, the report does not tell.");
        found.missing.push(missing_log());
    }
    Verdict::Found(vec![found])
}
